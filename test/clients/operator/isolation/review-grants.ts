import { writeFileSync } from 'node:fs';
import { grantLines, REVIEWED_FILE } from '../../../../clients/operator/isolation/policies/own-grants.ts';
import { fleet } from './stacks.ts';

/** Every grant of every role of the synthesised stacks, by the role's name. */
export function grantsOfFleet(): Record<string, string[]> {
  const grants: Record<string, string[]> = {};
  for (const stack of fleet()) {
    for (const role of stack.roles)
      grants[role.name] = [...new Set([...(grants[role.name] ?? []), ...grantLines(role, stack)])].sort();
  }
  return grants;
}

/** `node test/clients/operator/isolation/review-grants.ts`: what is granted now becomes what was reviewed. Read the diff. */
if (import.meta.main) writeFileSync(REVIEWED_FILE, `${JSON.stringify(grantsOfFleet(), null, 2)}\n`);
