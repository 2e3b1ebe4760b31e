import { defineConfig } from "vitest/config"

/** One board, one suite after the other. */
export default defineConfig({
  test: {
    include: ["hw-tests/suites/*.test.ts"],
    testTimeout: 120_000,
    hookTimeout: 180_000,
    fileParallelism: false,
    pool: "forks",
  },
})
