import { type Check, checksOf, lacking, ok, unknown, warning } from './check.ts';

const GIB = 1024 ** 3;
const LEAST_DISK = 1 * GIB;
const LEAST_MEMORY = 1.5 * GIB;
const LEAST_NODE = 20;

/** An address that was asked, and whether anything answered there. */
export interface Reached {
  readonly address: string;
  /** What stood in the way; absent where it answered. */
  readonly failure?: string;
}

/** What is known of this machine. */
export interface HereFacts {
  /** Of the Node that npm runs scripts with, and of the one that is pinned; absent where `npm ci` has not run. */
  readonly node: string;
  readonly pinnedNode?: string | undefined;
  /** Whether the emulator is installed already, and the Python that would install it. */
  readonly emulator: boolean;
  readonly python: { command: string } | { problem: string };
  readonly npmRegistry: Reached;
  readonly pythonIndex: Reached;
  /** Whether a port of 127.0.0.1 could be listened on. */
  readonly ports: true | { failure: string };
  readonly freeDisk: number;
  readonly memory: number;
  readonly tenants: { count: number } | { problem: string };
  readonly platform: string;
}

/** What the local cloud and the tests need of this machine. */
export function judgeHere(facts: HereFacts): Check[] {
  return checksOf<HereFacts>(
    'here',
    {
      node: ({ node, pinnedNode }) =>
        Number(node.split('.')[0]) < LEAST_NODE
          ? lacking(node, `Install Node ${LEAST_NODE} or newer: npm ci needs it.`)
          : ok(pinnedNode === undefined ? node : `${node}; scripts run with the pinned ${pinnedNode}`),
      dependencies: ({ pinnedNode }) =>
        pinnedNode === undefined ? lacking('not installed', 'npm ci') : ok('installed'),
      platform: ({ platform }) =>
        platform === 'win32'
          ? lacking(platform, 'Run inside WSL 2 (Linux): the emulator is not tested on Windows itself.')
          : ok(platform),
      python: ({ python, emulator }) => {
        if ('command' in python) return ok(python.command);
        return emulator
          ? warning(python.problem, 'The installed emulator goes on working without it.')
          : lacking(
              python.problem,
              'Install Python 3.10 or newer with its venv module, or name one: AUDIT_TRAIL_PYTHON.',
            );
      },
      emulator: ({ emulator }) =>
        emulator ? ok('installed') : ok('will be installed by the first npm start'),
      'npm registry': ({ npmRegistry, pinnedNode }) =>
        reached(npmRegistry, pinnedNode === undefined, 'npm config set registry ADDRESS'),
      'Python index': ({ pythonIndex, emulator }) =>
        reached(pythonIndex, !emulator, 'PIP_INDEX_URL=ADDRESS, or pip config set global.index-url ADDRESS'),
      ports: ({ ports }) =>
        ports === true
          ? ok('127.0.0.1 can be listened on')
          : lacking(ports.failure, 'The local cloud listens on free ports of 127.0.0.1: allow that.'),
      disk: ({ freeDisk }) =>
        freeDisk < LEAST_DISK
          ? lacking(`${gib(freeDisk)} free`, `Make room: ${gib(LEAST_DISK)} are needed.`)
          : ok(`${gib(freeDisk)} free`),
      memory: ({ memory }) =>
        memory < LEAST_MEMORY
          ? warning(gib(memory), `Less than ${gib(LEAST_MEMORY)}: the local cloud may be slow, or be ended.`)
          : ok(gib(memory)),
      'tenant files': ({ tenants }) =>
        'count' in tenants
          ? ok(`${tenants.count}`)
          : lacking(tenants.problem, 'Mend the file that it names (docs/operations/tenants.md).'),
    },
    facts,
  );
}

function reached({ address, failure }: Reached, needed: boolean, setting: string) {
  if (failure === undefined) return ok(address);
  const found = `${address}: ${failure}`;
  return needed
    ? lacking(found, `Check the network, or name another: ${setting}`)
    : unknown(`${found}; what came from there is installed`);
}

function gib(octets: number): string {
  return `${(octets / GIB).toFixed(1)} GiB`;
}
