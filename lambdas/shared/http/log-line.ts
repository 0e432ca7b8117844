import { Logger } from '@aws-lambda-powertools/logger';

/** Takes one line of the function's log. Lines hold names of ours alone: no token, no path, nothing of a body. */
export type LogLine = (line: Readonly<Record<string, unknown>>) => void;

/** The service's name is the function's, by `POWERTOOLS_SERVICE_NAME`. Its middleware, which can log whole events, is not used. */
const logger = new Logger();

/** One line of JSON on standard output, which Lambda takes as it is. */
export const logToStdout: LogLine = ({ level, message, ...rest }) => {
  const text = typeof message === 'string' ? message : '';
  if (level === 'ERROR') logger.error(text, rest);
  else if (level === 'WARN') logger.warn(text, rest);
  else logger.info(text, rest);
};

/** Every line from here on names this invocation. */
export function nameInvocation(requestId: string): void {
  logger.resetKeys();
  logger.appendKeys({ function_request_id: requestId });
}
