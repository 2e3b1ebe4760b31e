import { defineConfig } from "vitest/config"

export default defineConfig({
  test: {
    include: ["{src,simulator,as,bench,test,setup}/**/*.test.ts", "hw-tests/test/*.test.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: "forks",
    maxWorkers: 2,
  },
})
