import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const MINUTE = 60_000;

/** The frameworks whose agents run as they are, by the names of their folders. */
export const FRAMEWORKS = ['langgraph', 'crewai', 'autogen'] as const;
export type Framework = (typeof FRAMEWORKS)[number];

/** Where a framework's agent, its pins, its environment, and what it is known to give lie. */
export function filesOf(name: Framework) {
  return {
    agent: join(ROOT, 'examples/python', name, 'agent.py'),
    requirements: join(ROOT, 'examples/python', name, 'requirements.txt'),
    environment: join(ROOT, '.local/frameworks', name),
    golden: join(ROOT, 'test/frameworks/golden', `${name}.json`),
    recorded: join(ROOT, 'test/vectors/otlp', `${name}.pb.gz`),
  };
}

/** The Python of the framework's own environment, made where it is missing or its pins have changed. */
export async function install(name: Framework): Promise<string> {
  const { requirements, environment } = filesOf(name);
  const python = join(environment, 'bin', 'python');
  const stamp = join(environment, 'requirements.sha256');
  const wanted = createHash('sha256').update(readFileSync(requirements)).digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return python;
  rmSync(environment, { recursive: true, force: true });
  mkdirSync(environment, { recursive: true });
  await run(process.env.AUDIT_TRAIL_PYTHON ?? 'python3', ['-m', 'venv', environment], {
    timeout: 2 * MINUTE,
  });
  const pip = [
    '-m',
    'pip',
    'install',
    '--quiet',
    '--disable-pip-version-check',
    '--no-input',
    '-r',
    requirements,
  ];
  await run(python, pip, { timeout: 20 * MINUTE, maxBuffer: 2 ** 24 });
  writeFileSync(stamp, wanted); // last: an interrupted installation is made again
  return python;
}

/** Runs the framework's agent with OpenTelemetry's own variables pointed at `endpoint`; returns what it printed. */
export async function runAgent(
  name: Framework,
  python: string,
  { endpoint, token, thread }: { endpoint: string; token: string; thread: string },
): Promise<string> {
  const { stdout } = await run(python, [filesOf(name).agent], {
    timeout: 5 * MINUTE,
    maxBuffer: 2 ** 24,
    env: {
      ...process.env,
      OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
      OTEL_EXPORTER_OTLP_HEADERS: `authorization=Bearer%20${token}`,
      OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
      OTEL_EXPORTER_OTLP_TIMEOUT: '30', // seconds: functions of the local cloud start slowly
      OTEL_SERVICE_NAME: `${name}-refunds`,
      OTEL_RESOURCE_ATTRIBUTES: 'service.version=1.0.0',
      THREAD_ID: thread,
      CREWAI_DISABLE_TELEMETRY: 'true',
      CREWAI_TRACING_ENABLED: 'false',
    },
  });
  return stdout.trim();
}

/** Makes what was recorded independent of this machine. */
export async function scrub(python: string, path: string): Promise<void> {
  await run(python, [join(ROOT, 'test/frameworks/scrub.py'), path]);
}
