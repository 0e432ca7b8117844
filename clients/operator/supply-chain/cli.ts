import { join } from 'node:path';
import { licenceProblems } from './licences.ts';
import { readLock } from './packages.ts';
import { sbomOf } from './sbom.ts';

const USAGE = `Usage: npm run sbom            what is shipped, as CycloneDX 1.6, on standard output
       npm run licences        0: every package is under a licence that may be used; 1: it says which is not`;

process.exitCode = run(process.argv.slice(2));

function run(args: readonly string[]): number {
  const [command, ...more] = args;
  const lock = readLock(join(import.meta.dirname, '..', '..', '..'));
  if (command === 'sbom' && more.length === 0) {
    console.log(JSON.stringify(sbomOf(lock), null, 2));
    return 0;
  }
  if (command === 'licences' && more.length === 0) {
    const problems = licenceProblems(lock.packages);
    for (const problem of problems) console.error(problem);
    if (problems.length === 0)
      console.log(`${lock.packages.length} packages: every licence is one that may be used`);
    return problems.length === 0 ? 0 : 1;
  }
  console.error(USAGE);
  return 2;
}
