import { execFileSync } from 'node:child_process';

/** Before any test: what is built is what is tested, by those that start the program as a process. */
export default (): void => {
  execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'], {
    stdio: 'inherit',
  });
};
