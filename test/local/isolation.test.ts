import { beforeAll, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { main } from '../../clients/operator/isolation/main.ts';
import { STATE } from './support/local-tenants.ts';

const reportSchema = z.looseObject({
  refused: z.boolean(),
  tried: z.int(),
  breaches: z.array(z.unknown()),
  skipped: z.array(z.object({ part: z.string(), what: z.string(), why: z.string() })),
  tallies: z.array(z.object({ part: z.string(), kind: z.string(), tried: z.int(), refused: z.int() })),
  targets: z.record(z.string(), z.array(z.string())),
});

const TIMEOUT = 240_000;

describe('npm run isolation', () => {
  let status: number;
  let report: z.infer<typeof reportSchema>;

  beforeAll(async () => {
    const out: string[] = [];
    const world = { out: (text: string) => void out.push(text), err: () => undefined, now: () => Date.now() };
    status = await main(['--json', '--state', STATE], world);
    report = reportSchema.parse(JSON.parse(out.join('\n')));
  }, TIMEOUT);

  test('every attack on the running system and on its policies is refused', () => {
    expect(report.breaches).toEqual([]);
    expect({ status, refused: report.refused }).toEqual({ status: 0, refused: true });
    for (const { tried, refused } of report.tallies) expect(tried).toBe(refused);
  });

  test('all four parts took place, against both tenants and every function', () => {
    const parts = new Set(report.tallies.map(({ part }) => part));
    expect([...parts].sort()).toEqual(['accounts', 'enforcement', 'policies', 'routes']);
    for (const tenant of ['acme', 'globex']) {
      expect(report.targets.routes).toContain(`GET /v1/audit/events of ${tenant}`);
      for (const role of ['write-log', 'ingest-api', 'read-api', 'admin-api'])
        expect(report.targets.enforcement).toContain(`as ${role} of ${tenant}`);
    }
  });

  test('nothing is skipped but what no local run can show', () => {
    expect(report.skipped.map(({ part }) => part).sort()).toEqual(['accounts', 'policies']);
  });
});
