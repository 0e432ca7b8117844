import { expect, test } from '@jest/globals';
import { type AwsFacts, judgeAws } from '../../../../clients/operator/doctor/aws.ts';
import type { Check } from '../../../../clients/operator/doctor/check.ts';
import { type HereFacts, judgeHere } from '../../../../clients/operator/doctor/here.ts';
import { main } from '../../../../clients/operator/doctor/main.ts';

const GIB = 1024 ** 3;
const HERE: HereFacts = {
  node: '22.11.0',
  pinnedNode: '24.21.0',
  emulator: true,
  python: { command: 'python3' },
  npmRegistry: { address: 'https://npm.example/' },
  pythonIndex: { address: 'https://pypi.example/' },
  ports: true,
  freeDisk: 20 * GIB,
  memory: 8 * GIB,
  tenants: { count: 2 },
  platform: 'linux',
};
const AWS: AwsFacts = {
  region: 'eu-central-1',
  caller: { account: '111122223333', arn: 'arn:aws:iam::111122223333:user/dana' },
  bootstrapped: true,
  quotas: [
    { name: 'IAM roles', value: 1_000 },
    { name: 'Lambda concurrent executions', value: 1_000 },
  ],
  otherAccounts: [],
};
const NONE: AwsFacts = {
  caller: { problem: 'CredentialsProviderError: none' },
  quotas: [],
  otherAccounts: [],
};

const find = (checks: Check[], what: string) => checks.find((check) => check.what === what);

test('where all is there, all is well', () => {
  expect(judgeHere(HERE).filter(({ state }) => state !== 'ok')).toEqual([]);
  expect(judgeAws(AWS).filter(({ state }) => state !== 'ok')).toEqual([]);
});

test.each<[string, Partial<HereFacts>, string, Check['state'], RegExp]>([
  ['an old Node', { node: '18.20.0' }, 'node', 'lacking', /Node 20/],
  ['nothing installed', { pinnedNode: undefined }, 'dependencies', 'lacking', /^npm ci$/],
  ['Windows itself', { platform: 'win32' }, 'platform', 'lacking', /WSL/],
  [
    'no Python, and no emulator',
    { python: { problem: 'not found' }, emulator: false },
    'python',
    'lacking',
    /3\.10/,
  ],
  [
    'no Python, but an emulator',
    { python: { problem: 'not found' } },
    'python',
    'warning',
    /goes on working/,
  ],
  [
    'no index, and no emulator',
    { pythonIndex: { address: 'https://pypi.example/', failure: 'ENOTFOUND' }, emulator: false },
    'Python index',
    'lacking',
    /PIP_INDEX_URL/,
  ],
  [
    'no registry, and nothing installed',
    { npmRegistry: { address: 'https://npm.example/', failure: 'ECONNREFUSED' }, pinnedNode: undefined },
    'npm registry',
    'lacking',
    /npm config set registry/,
  ],
  ['a port that is not allowed', { ports: { failure: 'EACCES' } }, 'ports', 'lacking', /127\.0\.0\.1/],
  ['a full disk', { freeDisk: 0.5 * GIB }, 'disk', 'lacking', /1\.0 GiB/],
  ['little memory', { memory: 1 * GIB }, 'memory', 'warning', /slow/],
  [
    'a tenant file that is wrong',
    { tenants: { problem: 'acme.json: /tier' } },
    'tenant files',
    'lacking',
    /tenants\.md/,
  ],
])('%s is told, with what to do', (_name, facts, what, state, advice) => {
  const check = find(judgeHere({ ...HERE, ...facts }), what);
  expect(check).toMatchObject({ state, advice: expect.stringMatching(advice) });
});

test('a registry that does not answer is no fault once everything is installed', () => {
  const checks = judgeHere({
    ...HERE,
    npmRegistry: { address: 'https://npm.example/', failure: 'ENOTFOUND' },
  });
  expect(find(checks, 'npm registry')).toMatchObject({
    state: 'unknown',
    found: expect.stringContaining('ENOTFOUND'),
  });
});

test.each<[string, Partial<AwsFacts>, string, Check['state'], RegExp]>([
  ['no Region', { region: undefined }, 'region', 'lacking', /AWS_REGION/],
  [
    'no bootstrap',
    { bootstrapped: false },
    'CDK bootstrap',
    'lacking',
    /cdk bootstrap aws:\/\/111122223333\/eu-central-1/,
  ],
  [
    'a new account',
    { quotas: [{ name: 'Lambda concurrent executions', value: 10 }] },
    'quota: Lambda concurrent executions',
    'warning',
    /1,000/,
  ],
])('%s is told, with what to do', (_name, facts, what, state, advice) => {
  expect(find(judgeAws({ ...AWS, ...facts }), what)).toMatchObject({
    state,
    advice: expect.stringMatching(advice),
  });
});

test('what could not be asked is no fault', () => {
  const checks = judgeAws({
    ...AWS,
    bootstrapped: undefined,
    quotas: [{ name: 'IAM roles' }],
    otherAccounts: ['444455556666'],
  });
  expect(checks.filter(({ state }) => state === 'unknown').map(({ what }) => what)).toEqual([
    'CDK bootstrap',
    'other accounts',
    'quota: IAM roles',
  ]);
  expect(find(checks, 'other accounts')?.found).toContain('444455556666');
});

async function run(args: string[], here = HERE, aws = AWS) {
  const out: string[] = [];
  const err: string[] = [];
  const status = await main(args, {
    out: (text) => out.push(text),
    err: (text) => err.push(text),
    lookHere: async () => here,
    lookAtAws: async () => aws,
  });
  return { status, out: out.join('\n'), err: err.join('\n') };
}

test('the exit status: 0 where nothing is lacking, 1 where something is, and AWS counts when it is asked for', async () => {
  expect((await run([])).status).toBe(0);
  expect((await run([], HERE, NONE)).status).toBe(0);
  expect((await run(['--aws'], HERE, NONE)).status).toBe(1);
  expect((await run([], { ...HERE, freeDisk: 0 })).status).toBe(1);
  expect((await run(['--cure'])).status).toBe(2);
  expect((await run(['--help'])).status).toBe(0);
});

test('it is told in lines, and as JSON', async () => {
  const { out } = await run([], HERE, NONE);
  expect(out).toContain('LACKS  credentials');
  expect(out).toContain('Nothing is lacking for the local cloud');
  const json = JSON.parse((await run(['--json', '--aws'], HERE, NONE)).out);
  expect(json.ready).toBe(false);
  expect(json.checks).toContainEqual(
    expect.objectContaining({ for: 'aws', what: 'credentials', state: 'lacking' }),
  );
});
