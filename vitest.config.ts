import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: 'test/build.ts',
    pool: 'forks',
    maxWorkers: 2,
    // no test fails for time alone: what could hang has a limit in simulated cycles
    testTimeout: 0,
    hookTimeout: 0,
    teardownTimeout: 3_600_000,
  },
});
