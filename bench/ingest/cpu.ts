import type { Figure } from "../run.ts"

/** CPU microseconds a turn of `work`, which makes `turns` of them. */
export async function cpu(turns: number, work: () => unknown): Promise<number> {
  const before = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / turns
}

export const time = (name: string, value: number, budget?: number): Figure => ({
  ...{ name, value: Number(value.toFixed(1)), unit: "us", better: "lower", gate: "check" },
  ...(budget !== undefined && { budget }),
})
