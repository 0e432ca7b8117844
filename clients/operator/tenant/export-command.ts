import { type Command, Option } from 'commander';
import { logClient } from '../log-client.ts';
import { verifierKeysOf } from './connect.ts';
import { at, type Reach, reaching, show, type World } from './desk.ts';
import { exportTiles } from './export-tiles.ts';
import { createToken, revokeToken } from './tokens.ts';

interface ExportOptions extends Reach {
  format: 'tlog-tiles';
  out: string;
}

const NOTE = `
Writes the log as C2SP tlog-tiles, which other people's tools read (docs/verify-with-other-tools.md), and verifies it under
the key that KMS names. Run again with the same folder it goes on, or fetches what is new. It makes a token for itself,
with events:read and log:read, and revokes it; both are records of the tenant's log.`;

/** `export`. */
export function addExportCommand(program: Command, world: World): void {
  reaching(program.command('export'))
    .description('its whole log as a folder')
    .addOption(new Option('--format <format>', 'what to write').choices(['tlog-tiles']).makeOptionMandatory())
    .requiredOption('--out <dir>', 'the folder, new or of an earlier export of this log')
    .addHelpText('after', NOTE)
    .action((id: string, options: ExportOptions) => exportLog(world, id, options));
}

async function exportLog(world: World, id: string, { out, ...reach }: ExportOptions): Promise<void> {
  await at(id, reach, async (tenant, { admin, kms }) => {
    const [verifierKey] = await verifierKeysOf(tenant, kms);
    const grant = { scopes: ['events:read', 'log:read'] } as const;
    const made = await createToken(admin, id, { name: 'export', grant, expiresInDays: 1 });
    try {
      const from = logClient({ apiUrl: tenant.apiUrl, token: made.token });
      const { shown, fetched, kept } = await exportTiles(from, out, verifierKey, world.err);
      show(
        world,
        reach.json,
        { directory: out, verifier_key: verifierKey, fetched, kept, ...shown },
        [
          `${out}: ${shown.tree_size} records of ${shown.origin}, all verified (${fetched} files fetched, ${kept} there already).`,
          `Root ${shown.root}`,
          `Verify it yourself: npm run verify -- ${out} --key '${verifierKey}'`,
        ].join('\n'),
      );
    } finally {
      await revokeToken(admin, made.tokenId);
    }
  });
}
