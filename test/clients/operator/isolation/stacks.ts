import { type PolicyStack, readStack } from '../../../../clients/operator/isolation/policies/stack.ts';
import type { Template } from '../../../../clients/operator/isolation/policies/template.ts';
import { accountTenant, EMITTER, tableTenant, tenantTemplate } from '../../../lib/synthesised.ts';

const AUDITOR = 'arn:aws:iam::999999999999:role/auditor';

/** Whom the tenant files below name. */
export const NAMED = { senders: [EMITTER], auditors: [AUDITOR] };

/** A tenant with everything that a tenant file can ask for and that comes with a grant. */
export const FULL_TENANT = { ...tableTenant, auditor_principals: [AUDITOR], archive_key: 'tenant' };

const templates = new Map<object, Template>();

function templateOf(file: object): Template {
  const template = templates.get(file) ?? (tenantTemplate(file).toJSON() as Template);
  templates.set(file, template);
  return template;
}

/** The stack of a tenant file, `change` applied to its template, where it would be deployed. */
export function stackOf(
  file: { id: string; region: string; account?: string },
  change: (template: Template) => void = () => undefined,
): PolicyStack {
  const template = structuredClone(templateOf(file));
  change(template);
  const { id, region, account = '000000000000' } = file;
  return readStack(id, template, { stack: `AuditTrail-${id}`, account, region });
}

const NEIGHBOUR = { ...tableTenant, id: 'initech' };

/** Two tenants that share an account, and one with its own. */
export function fleet(): PolicyStack[] {
  return [stackOf(FULL_TENANT), stackOf(NEIGHBOUR), stackOf(accountTenant)];
}
