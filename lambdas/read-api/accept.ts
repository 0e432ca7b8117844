import { AuditError } from '../../core/errors.ts';

/**
 * The type among `types` that an `Accept` header (RFC 9110, section 12.5.1) wants most; the first where it has no
 * wish. Throws `invalid_request` where it wants none of them.
 */
export function acceptedType<T extends string>(header: string | undefined, types: readonly [T, ...T[]]): T {
  if (header === undefined || header.trim() === '') return types[0];
  let best: { type: T; weight: number } | undefined;
  for (const range of header.toLowerCase().split(',').slice(0, 32)) {
    const [name = '', ...parameters] = range.split(';').map((part) => part.trim());
    const weight = Number(
      /^q=([0-9.]+)$/.exec(parameters.find((part) => part.startsWith('q=')) ?? '')?.[1] ?? 1,
    );
    const type = types.find((candidate) => matches(name, candidate));
    if (type !== undefined && weight > (best?.weight ?? 0)) best = { type, weight };
  }
  if (best) return best.type;
  throw new AuditError('invalid_request', `accept: expected ${types.join(', ')}`, { field: 'accept' });
}

function matches(range: string, type: string): boolean {
  const [main = '', sub] = range.split('/');
  return range === '*/*' || (sub === '*' && type.startsWith(`${main}/`)) || range === type;
}
