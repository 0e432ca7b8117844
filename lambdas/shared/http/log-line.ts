/** Takes one line of the function's log. Lines hold names of ours alone: no token, no path, nothing of a body. */
export type LogLine = (line: Readonly<Record<string, unknown>>) => void;

/** One line of JSON on standard output, which Lambda takes as it is. */
export const logToStdout: LogLine = (line) => {
  process.stdout.write(`${JSON.stringify({ timestamp: new Date().toISOString(), ...line })}\n`);
};
