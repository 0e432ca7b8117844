/** As much of an event as a sequence shows. */
interface Shown {
  event_type: string;
  agent: { name?: string | undefined };
  task?: { id: string; parent_id?: string | undefined } | undefined;
  causation?: { call_id?: string | undefined } | undefined;
  payload: object;
}

/**
 * Events as lines, with what differs from run to run (ids, times) left out: type, whose it is, and what it is about.
 * A task is called by the order in which it appears, a call by its own id where the agent gave it one.
 */
export function sequenceOf(events: readonly Shown[]): string[] {
  const tasks = new Map<string, string>();
  const nameTask = (id: string) => {
    const known = tasks.get(id) ?? `task ${tasks.size + 1}`;
    tasks.set(id, known);
    return known;
  };
  return events.map(({ event_type, agent, task, causation, payload }) => {
    const parent = task?.parent_id === undefined ? '' : ` in ${nameTask(task.parent_id)}`;
    const where = task ? `${nameTask(task.id)}${parent}` : 'no task';
    const call = causation?.call_id ?? '';
    const own = /^[0-9a-f]{16}$|^[0-9a-f]{32}$|-7[0-9a-f]{3}-/.test(call) ? 'a call' : call;
    return [where, event_type, agent.name, own, aboutOf(payload)].filter(Boolean).join(' | ');
  });
}

const TOLD = [
  'goal',
  'reasoning_summary',
  'result_summary',
  'question',
  'decision',
  'content',
  'reason',
  'status',
];

function aboutOf(payload: object): string {
  const tool = Reflect.get(payload, 'tool') as { name: string; kind?: string } | undefined;
  const first = TOLD.map((name) => Reflect.get(payload, name)).find((value) => typeof value === 'string');
  const status = Reflect.get(payload, 'status');
  const tokens = Reflect.get(payload, 'tokens') as { total?: number } | undefined;
  return [
    tool && `${tool.kind ?? 'tool'} ${tool.name}`,
    typeof status === 'string' && status !== first ? status : undefined,
    typeof first === 'string' ? first.replace(/\s+/g, ' ').slice(0, 100) : undefined,
    tokens && `${tokens.total} tokens`,
  ]
    .filter(Boolean)
    .join(' | ');
}
