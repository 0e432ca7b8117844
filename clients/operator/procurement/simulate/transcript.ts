import { escapeMarkdown } from '../../../../core/narrative/visible.ts';
import type { Evidence } from './answered.ts';
import type { Exchange, Simulation } from './simulate.ts';

/** Of whom, when and where a simulation was made. */
export interface Setting {
  readonly tenantId: string;
  /** RFC 3339. */
  readonly date: string;
  readonly apiUrl: string;
  readonly consoleUrl: string;
  readonly verifierKey: string;
}

/** The whole simulation, for somebody who was not there. */
export function transcriptOf(simulation: Simulation, setting: Setting): string {
  const { exchanges, seconds, passed, checkpoint } = simulation;
  const failed = exchanges.filter((exchange) => !exchange.stands).length;
  return [
    `# Procurement review of ${escapeMarkdown(setting.tenantId)}`,
    '',
    passed
      ? `**All ${exchanges.length} questions were answered, and every answer verified**, in ${seconds.toFixed(1)} seconds.`
      : `**Of ${exchanges.length} questions ${failed} failed**: the answer is missing, wrong, or does not verify.`,
    '',
    'Asked of the running system through its HTTP API alone, with a token for this review. Answers were verified offline, ' +
      'under the key that the KMS of the deployment names.',
    '',
    '| | |',
    '|---|---|',
    `| tenant | ${escapeMarkdown(setting.tenantId)} |`,
    `| date | ${setting.date} |`,
    `| API | <${setting.apiUrl}> |`,
    `| console | <${setting.consoleUrl}> |`,
    `| verifier key | \`${setting.verifierKey}\` |`,
    '',
    'The log when the review began:',
    '',
    '```',
    checkpoint.trimEnd(),
    '```',
    ...exchanges.flatMap(partOf),
    '',
  ].join('\n');
}

function partOf(exchange: Exchange): string[] {
  const { id, question, asked, answer, evidence, faults, seconds } = exchange;
  return [
    '',
    `## ${id}. ${escapeMarkdown(question)}`,
    '',
    `*${exchange.stands ? 'Answered and verified' : '**Not answered as it has to be**'}, ${seconds.toFixed(1)} s.*`,
    ...(faults.length === 0 ? [] : ['', ...faults.map((fault) => `- **${escapeMarkdown(fault)}**`)]),
    '',
    '### Asked of the system',
    '',
    '```',
    ...asked,
    '```',
    '',
    '### Answer',
    ...answer.flatMap((block) => ['', block]),
    '',
    '### Evidence',
    '',
    ...(evidence.length === 0 ? ['None.'] : evidence.map(evidenceLine)),
  ];
}

function evidenceLine({ verified, says, file }: Evidence): string {
  const where = file === undefined ? '' : ` (\`${file}\`)`;
  return `- ${verified ? 'verified' : '**does not verify**'}: ${escapeMarkdown(says)}${where}`;
}
