import { expect, test } from '@jest/globals';
import { stepsOf, type TauRun } from './tau-bench.ts';

const run: TauRun = {
  task_id: 7,
  trial: 2,
  reward: 1,
  info: { task: { user_id: 'mia_li', instruction: 'Move my flight.' } },
  traj: [
    { role: 'user', content: 'Hello' },
    {
      role: 'assistant',
      content: 'One moment.',
      tool_calls: [{ function: { name: 'get_user_details', arguments: '{"user_id":"mia_li"}' } }],
    },
    { role: 'tool', name: 'get_user_details', content: 'Error: user not found' },
    {
      role: 'assistant',
      content: null,
      tool_calls: [{ function: { name: 'cancel_reservation', arguments: '{"id":"A1"}' } }],
    },
    { role: 'tool', name: 'cancel_reservation', content: '{"status":"cancelled"}' },
    { role: 'assistant', content: 'Done.', tool_calls: [] },
  ],
};
const tool = (name: string, side_effect: boolean) => ({ name, kind: 'tool', side_effect });

test('a run becomes the calls that its agent would have made, in their order', () => {
  expect(stepsOf(run)).toEqual([
    {
      call: 'startTask',
      with: { goal: 'Move my flight.', user_id: 'mia_li', labels: { benchmark_task: '7', trial: '2' } },
    },
    { call: 'message', with: { role: 'user', content: 'Hello' } },
    { call: 'message', with: { role: 'assistant', content: 'One moment.' } },
    { call: 'toolCalled', with: expect.objectContaining({ tool: tool('get_user_details', false) }) },
    { call: 'error', message: 'Error: user not found' },
    {
      call: 'toolCalled',
      with: { tool: expect.objectContaining(tool('cancel_reservation', true)), input: { id: 'A1' } },
    },
    { call: 'result', summary: '{"status":"cancelled"}' },
    { call: 'message', with: { role: 'assistant', content: 'Done.' } },
    { call: 'complete', with: { output: 'Done.' } },
  ]);
});

test('a run that was judged wrong becomes a task that failed', () => {
  expect(stepsOf({ ...run, reward: 0 }).at(-1)).toMatchObject({
    call: 'fail',
    with: { last_known_state: 'Done.' },
  });
});
