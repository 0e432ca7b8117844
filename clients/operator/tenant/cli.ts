import { main } from './main.ts';

process.exitCode = await main(process.argv.slice(2), {
  out: (line) => console.log(line),
  err: (line) => console.error(line),
  token: process.env.AUDIT_TRAIL_TOKEN,
  now: () => Date.now(),
});
