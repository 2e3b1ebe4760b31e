/** Crypto against its peers, interleaved; instruction counts on RISC-V; Welch's t-test. `npm run bench -- crypto`. */
import { leakages, T_THRESHOLD } from "./crypto-constant-time.ts"
import { type Contestant, hashers, keccaks, makeInputs, signers } from "./crypto-peers.ts"
import { rv32Figures } from "./crypto-rv32.ts"
import { compare } from "./crypto-timing.ts"
import type { Figure } from "./run.ts"

/** Our speed over the peer's, at least. */
const budgets: Record<string, Record<string, number>> = {
  sign: { "noble-secp256k1": 10, "tiny-secp256k1": 2.5, libauth: 2.5, "native-secp256k1": 1 },
  verify: { "noble-curves": 20, "tiny-secp256k1": 2, libauth: 2, "native-secp256k1": 0.7 },
  "SHA-256 64 B": { "hash-wasm": 1 },
}

function* ratios(what: string, contestants: Contestant[]): Generator<Figure> {
  for (const { name, perSecond, ratio } of compare(contestants)) {
    yield { name: `${what}: ${name}`, value: Math.round(perSecond), unit: "per second", better: "higher" }
    if (name === "dormouse") continue
    const value = Number(ratio.toFixed(2))
    const budget = budgets[what]?.[name]
    const figure: Figure = {
      name: `${what}: dormouse / ${name}`,
      value,
      unit: "times",
      better: "higher",
      gate: "check",
    }
    yield budget === undefined ? figure : { ...figure, budget, ok: value >= budget }
  }
}

export async function* run({ gates = false } = {}): AsyncGenerator<Figure> {
  for (const figure of await rv32Figures()) {
    yield figure.budget === undefined ? figure : { ...figure, ok: figure.value <= figure.budget }
  }
  if (gates) return
  const { sign, verify } = await signers(makeInputs())
  yield* ratios("sign", sign)
  yield* ratios("verify", verify)
  yield* ratios("SHA-256 64 B", await hashers(64))
  yield* ratios("SHA-256 1 KB", await hashers(1024))
  yield* ratios("Keccak-256 64 B", await keccaks(64))
  for (const { name, t } of leakages()) {
    const value = Number(Math.abs(t).toFixed(2))
    const figure = {
      name: `Welch |t|: ${name}`,
      value,
      unit: "",
      budget: T_THRESHOLD,
      better: "lower",
      gate: "check",
    } as const
    yield { ...figure, ok: value <= T_THRESHOLD }
  }
}
