import { type Fit, fits, idleCost, type Template, taken } from './measure.ts';
import { LOOKED_UP } from './quotas.ts';

/** An account that is this full is the one after which the next is opened. */
const FULL = 0.8;

/** What is meant to stay few, and how few. */
const AIMS = [
  { what: 'IAM roles', type: 'AWS::IAM::Role', aim: 10 },
  { what: 'functions', type: 'AWS::Lambda::Function', aim: 8 },
  { what: 'alarms', type: 'AWS::CloudWatch::Alarm', aim: 3 },
] as const;
const AIM_DOLLARS = 3;

/** How many tenants an account holds. */
export interface Capacity {
  /** With the quotas that an account has from the start, and what binds. */
  readonly standard: { tenants: number; binds: string[] };
  /** With every quota raised as far as AWS raises it. */
  readonly raised: { tenants: number; binds: string[] };
  /** Tenants at which the next account is opened. */
  readonly next: number;
}

export function capacityOf(template: Template): Capacity {
  const all = fits(template);
  const standard = Math.min(...all.map((fit) => fit.standard));
  const ends = all.flatMap((fit) => (fit.most === undefined ? [] : [{ fit, tenants: fit.most }]));
  const raised = Math.min(...ends.map(({ tenants }) => tenants));
  return {
    standard: { tenants: standard, binds: all.filter((fit) => fit.standard === standard).map(nameOf) },
    raised: {
      tenants: raised,
      binds: ends.filter(({ tenants }) => tenants === raised).map(({ fit }) => nameOf(fit)),
    },
    next: Math.floor(raised * FULL),
  };
}

/** What `npm run capacity` prints, and docs/operations/capacity.md holds, as Markdown. */
export function capacityDocument({ plain, whole }: { plain: Template; whole: Template }): string {
  const { standard, raised, next } = capacityOf(whole);
  const counted = (type: string) => [plain, whole].map((template) => taken(template, { resources: type }));
  const resources = [plain, whole].map(({ Resources }) => Object.keys(Resources).length);
  const cost = [plain, whole].map((template) => idleCost(template));
  const total = cost.map((lines) => lines.reduce((sum, { dollars }) => sum + dollars, 0));
  return [
    `Quotas and prices as of ${LOOKED_UP}, us-east-1. "Plain" is a tenant with nothing besides; "whole" has an auditor, a witness, a mail`,
    'address for alarms and a second signing key. Tenants are counted by the whole one.',
    '',
    `- An account that asked for nothing holds **${standard.tenants} tenants** in a Region: ${standard.binds.join(', ')} bind.`,
    `- With every quota raised as far as AWS raises it, **${raised.tenants}**: ${raised.binds.join(', ')} bind, and that is the end.`,
    `- Open the next account at **${next}**, while there is room for those that come meanwhile.`,
    '',
    '| quota | standard | most | one tenant takes | tenants, standard | tenants, most |',
    '|---|---|---|---|---|---|',
    ...fits(whole).map(fitLine),
    '',
    '| of one tenant | plain | whole | aim |',
    '|---|---|---|---|',
    ...AIMS.map(({ what, type, aim }) => `| ${what} | ${counted(type).join(' | ')} | at most ${aim} |`),
    `| resources of the stack, of 500 | ${resources.join(' | ')} | |`,
    ...(cost[0] ?? []).map(
      ({ what, dollars }, line) =>
        `| ${what}, a month | ${money(dollars)} | ${money(cost[1]?.[line]?.dollars ?? 0)} | |`,
    ),
    `| **idle, a month** | ${total.map(money).join(' | ')} | about $${AIM_DOLLARS} |`,
  ].join('\n');
}

function fitLine({ quota, each, standard, most }: Fit): string {
  const end =
    quota.most === undefined
      ? 'on request'
      : quota.most === quota.standard
        ? 'not raised'
        : count(quota.most);
  return `| ${quota.service}: ${quota.name} | ${count(quota.standard)} | ${end} | ${each} | ${count(standard)} | ${most === undefined ? '–' : count(most)} |`;
}

function nameOf({ quota }: Fit): string {
  return `${quota.service} ${quota.name}`;
}

function count(value: number): string {
  return value.toLocaleString('en-US');
}

function money(dollars: number): string {
  return `$${dollars.toFixed(2)}`;
}
