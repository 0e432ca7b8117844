import { type Command, InvalidArgumentError, Option } from 'commander';
import { AuditError } from '../../../core/errors.ts';
import { SCOPE_PRESETS, SCOPES, type ScopePreset } from '../../../core/identity/scope.ts';
import { DEFAULT_REQUESTS_PER_MINUTE, MOST_REQUESTS_PER_MINUTE } from '../../../core/identity/usage.ts';
import { at, collect, type Reach, reaching, show, type World } from './desk.ts';
import { table } from './terminal.ts';
import { createToken, listTokens, revokeToken, rotateToken, stateOfToken } from './tokens.ts';

/** What the API takes. */
const MAX_DAYS = 3650;
const MAX_OVERLAP_HOURS = 168;

interface CreateOptions extends Reach {
  scope?: string[];
  preset?: ScopePreset;
  name?: string;
  expiresInDays?: number;
  requestsPerMinute?: number;
}

const EXAMPLES = `
Examples:
  npm run tenant -- token create acme --preset reader --name siem --expires-in-days 90
  npm run -s tenant -- token create acme --scope events:read --scope log:read > token.txt
  npm run tenant -- token list acme
  npm run -s tenant -- token rotate acme TOKEN_ID --overlap-hours 24 > token.txt
  npm run tenant -- token revoke acme TOKEN_ID

Scopes: ${SCOPES.join(', ')}
Presets: ${Object.entries(SCOPE_PRESETS)
  .map(([name, scopes]) => `${name} (${scopes.length === SCOPES.length ? 'all' : scopes.join(', ')})`)
  .join('; ')}`;

/** `token create | list | rotate | revoke`. */
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
    .option(
      '--expires-in-days <days>',
      'until when it opens anything (default: until revoked)',
      wholeNumber(1, MAX_DAYS),
    )
    .option(
      '--requests-per-minute <count>',
      `what it may ask of the API (default: ${DEFAULT_REQUESTS_PER_MINUTE})`,
      wholeNumber(1, MOST_REQUESTS_PER_MINUTE),
    )
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
          entry.last_used_at ?? 'never',
          `${entry.created_at} by ${entry.created_by}`,
          entry.scopes.join(' '),
        ]);
        show(
          world,
          options.json,
          { tokens },
          table(['ID', 'NAME', 'STATE', 'UNTIL', 'LAST USE', 'MADE', 'SCOPES'], rows),
        );
      }),
    );

  reaching(token.command('rotate'))
    .argument('<token-id>', 'the id that create and list show')
    .option(
      '--overlap-hours <hours>',
      'how long the old token still works',
      wholeNumber(0, MAX_OVERLAP_HOURS),
      24,
    )
    .description(
      'make a token with the rights of another one, which then ends; shown once, alone on standard output',
    )
    .action((id: string, tokenId: string, options: Reach & { overlapHours: number }) =>
      at(id, options, async (_, { admin }) => {
        const made = await rotateToken(admin, id, tokenId, options.overlapHours);
        showToken(
          world,
          options.json,
          made,
          `Token ${made.tokenId} of ${id} is shown this once: only its hash is kept.\n` +
            `Token ${tokenId} ends in ${options.overlapHours} h, or when it would have ended before.`,
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
  const { scope, preset, expiresInDays, requestsPerMinute, json } = options;
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
      ...(requestsPerMinute !== undefined && { requestsPerMinute }),
    });
    showToken(
      world,
      json,
      made,
      `Token ${made.tokenId} of ${id} ("${name}") is shown this once: only its hash is kept.\n` +
        `To end it: npm run tenant -- token revoke ${id} ${made.tokenId}`,
    );
  });
}

/** The token alone on standard output; what a person should know goes beside it. */
function showToken(
  world: World,
  json: boolean,
  { tokenId, token }: { tokenId: string; token: string },
  says: string,
): void {
  show(world, json, { token_id: tokenId, token }, token);
  if (!json) show({ ...world, out: world.err }, false, undefined, says);
}

function parseScope(text: string): string {
  if (!SCOPES.some((scope) => scope === text))
    throw new InvalidArgumentError(`Expected one of ${SCOPES.join(', ')}.`);
  return text;
}

function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const number = /^\d{1,4}$/.test(text) ? Number(text) : -1;
    if (number < least || number > most)
      throw new InvalidArgumentError(`Expected a whole number, ${least} to ${most}.`);
    return number;
  };
}
