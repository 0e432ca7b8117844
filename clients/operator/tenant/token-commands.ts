import { type Command, InvalidArgumentError, Option } from 'commander';
import { AuditError } from '../../../core/errors.ts';
import { SCOPE_PRESETS, SCOPES, type ScopePreset } from '../../../core/identity/scope.ts';
import { at, collect, type Reach, reaching, show, type World } from './desk.ts';
import { table } from './terminal.ts';
import { createToken, listTokens, revokeToken, stateOfToken } from './tokens.ts';

/** What the API takes. */
const MAX_DAYS = 3650;

interface CreateOptions extends Reach {
  scope?: string[];
  preset?: ScopePreset;
  name?: string;
  expiresInDays?: number;
}

const EXAMPLES = `
Examples:
  npm run tenant -- token create acme --preset reader --name siem --expires-in-days 90
  npm run -s tenant -- token create acme --scope events:read --scope log:read > token.txt
  npm run tenant -- token list acme
  npm run tenant -- token revoke acme TOKEN_ID

Scopes: ${SCOPES.join(', ')}
Presets: ${Object.entries(SCOPE_PRESETS)
  .map(([name, scopes]) => `${name} (${scopes.length === SCOPES.length ? 'all' : scopes.join(', ')})`)
  .join('; ')}`;

/** `token create | list | revoke`. */
export function addTokenCommands(program: Command, world: World): void {
  const token = program
    .command('token')
    .description('bearer tokens for the API')
    .addHelpText('after', EXAMPLES);

  reaching(token.command('create'))
    .description('make a token; it is shown once, alone on standard output')
    .addOption(
      new Option('--scope <scope>', 'what it may do; repeatable')
        .choices(SCOPES)
        .argParser<string[]>((value, before) => collect(parseScope(value), before))
        .conflicts('preset'),
    )
    .addOption(new Option('--preset <preset>', 'a usual set of scopes').choices(Object.keys(SCOPE_PRESETS)))
    .option('--name <name>', 'what it is for (default: the preset, or "operator-made")')
    .option('--expires-in-days <days>', 'until when it opens anything (default: until revoked)', parseDays)
    .addHelpText('after', EXAMPLES)
    .action((id: string, options: CreateOptions) => create(world, id, options));

  reaching(token.command('list'))
    .description('all tokens, revoked ones included; never the tokens themselves')
    .action((id: string, options: Reach) =>
      at(id, options, async (_, { admin }) => {
        const tokens = await listTokens(admin);
        const rows = tokens.map((entry) => [
          entry.token_id,
          entry.name,
          stateOfToken(entry, world.now()),
          entry.valid_until ?? '',
          `${entry.created_at} by ${entry.created_by}`,
          entry.scopes.join(' '),
        ]);
        show(
          world,
          options.json,
          { tokens },
          table(['ID', 'NAME', 'STATE', 'UNTIL', 'MADE', 'SCOPES'], rows),
        );
      }),
    );

  reaching(token.command('revoke'))
    .argument('<token-id>', 'the id that create and list show')
    .description('end a token at once')
    .action((id: string, tokenId: string, options: Reach) =>
      at(id, options, async (_, { admin }) => {
        await revokeToken(admin, tokenId);
        show(world, options.json, { revoked: tokenId }, `Token ${tokenId} opens nothing any more.`);
      }),
    );
}

async function create(world: World, id: string, options: CreateOptions): Promise<void> {
  const { scope, preset, expiresInDays, json } = options;
  if (scope === undefined && preset === undefined) {
    throw new AuditError('misconfigured', 'Say what the token may do: --preset PRESET, or --scope SCOPE…');
  }
  const grant = preset === undefined ? { scopes: scope ?? [] } : { preset };
  const name = options.name ?? preset ?? 'operator-made';
  await at(id, options, async (_, { admin }) => {
    const made = await createToken(admin, id, {
      name,
      grant,
      ...(expiresInDays !== undefined && { expiresInDays }),
    });
    show(world, json, { token_id: made.tokenId, token: made.token }, made.token);
    if (json) return;
    show(
      { ...world, out: world.err },
      false,
      undefined,
      `Token ${made.tokenId} of ${id} ("${name}") is shown this once: only its hash is kept.\n` +
        `To end it: npm run tenant -- token revoke ${id} ${made.tokenId}`,
    );
  });
}

function parseScope(text: string): string {
  if (!SCOPES.some((scope) => scope === text))
    throw new InvalidArgumentError(`Expected one of ${SCOPES.join(', ')}.`);
  return text;
}

function parseDays(text: string): number {
  const days = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (days < 1 || days > MAX_DAYS) throw new InvalidArgumentError(`Expected whole days, 1 to ${MAX_DAYS}.`);
  return days;
}
