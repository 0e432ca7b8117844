import { operatorEnvironment } from '../local/emulator-environment.ts';
import { localProgress } from '../local/foreground.ts';
import { main } from './main.ts';

process.exitCode = await main(process.argv.slice(2), {
  progress: localProgress(),
  out: (text) => console.log(text),
  err: (text) => console.error(text),
  // The SDK takes its credentials from the environment, as in an agent: a profile of the shell must not win over them.
  becomeLocalOperator: ({ account, region }, endpoint) => {
    for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) delete process.env[name];
    Object.assign(process.env, operatorEnvironment(account, region, endpoint));
  },
});
