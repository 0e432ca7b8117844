const SHAPES = {
  check: 'M4 10.500l4 4 8-9',
  cross: 'M5 5l10 10M15 5L5 15',
  wait: 'M10 3a7 7 0 1 1 0 14a7 7 0 0 1 0-14zM10 6v4l3 2',
  start: 'M6 4l10 6-10 6z',
  decision: 'M10 3v5m0 0L5 16m5-8l5 8',
  human: 'M10 4a3 3 0 1 1 0 6 3 3 0 0 1 0-6zM4 17c0-4 12-4 12 0',
  data: 'M4 6c0-3 12-3 12 0v8c0 3-12 3-12 0zM4 6c0 3 12 3 12 0',
  pause: 'M7 5v10M13 5v10',
  task: 'M4 5h12M4 10h12M4 15h8',
  list: 'M4 5h2m3 0h7M4 10h2m3 0h7M4 15h2m3 0h7',
  shield: 'M10 3l6 2.500v4c0 4-2.500 6.500-6 8-3.500-1.500-6-4-6-8v-4z',
  key: 'M12 4a4 4 0 1 1-2.500 7.100L4 16.500V13l4.200-3.500A4 4 0 0 1 12 4z',
  pen: 'M4 16l1-4 8-8 3 3-8 8zM11 6l3 3',
  send: 'M3 10l14-6-5 13-3-5z',
  stop: 'M6.500 2.500h7l4 4v7l-4 4h-7l-4-4v-7zM10 6v5M10 13.900v.200',
  fetch: 'M10 3v10m0 0l-4-4m4 4l4-4M4 17h12',
  lock: 'M6 9V7a4 4 0 0 1 8 0v2M5 9h10v8H5z',
  push: 'M3 10h10m0 0l-4-4m4 4l-4 4M17 4v12',
  print: 'M6 8V3h8v5M5 14H3V8h14v6h-2M6 12h8v5H6z',
} as const;
export type IconName = keyof typeof SHAPES;

/** A sign beside words that say the same: it is not read out. */
export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 20 20" width="20" height="20" aria-hidden="true" focusable="false">
      <path d={SHAPES[name]} />
    </svg>
  );
}
