/** What a token may be allowed to do (docs: the API's table of routes says which route asks for which). */
export const SCOPES = [
  'events:read',
  'events:write',
  'log:read',
  'personal:read',
  'exports',
  'reviews',
  'retention',
  'webhooks',
  'tokens',
] as const;

export type Scope = (typeof SCOPES)[number];

/** Names for the usual sets of scopes. */
export const SCOPE_PRESETS = {
  reader: ['events:read', 'log:read'],
  writer: ['events:write'],
  auditor: ['events:read', 'log:read', 'personal:read', 'exports', 'reviews'],
  admin: SCOPES,
} as const satisfies Record<string, readonly Scope[]>;

export type ScopePreset = keyof typeof SCOPE_PRESETS;

/** Whether `granted` holds `needed`. No scope implies another. */
export function hasScope(granted: readonly Scope[], needed: Scope): boolean {
  return granted.includes(needed);
}

/** The scopes that a list of scopes and presets stands for, in the order of `SCOPES`; undefined where a name is neither. */
export function expandScopes(names: readonly string[]): Scope[] | undefined {
  const wanted = new Set<string>();
  for (const name of names) {
    const preset = Object.hasOwn(SCOPE_PRESETS, name) ? SCOPE_PRESETS[name as ScopePreset] : undefined;
    for (const scope of preset ?? [name]) wanted.add(scope);
  }
  const scopes = SCOPES.filter((scope) => wanted.has(scope));
  return scopes.length === wanted.size ? scopes : undefined;
}
