/** Instructions and bytes of the crypto C on bare-metal RISC-V; nothing where the tools are missing. */
import { crypto } from "../as/index.ts"
import { Machine } from "../simulator/boards/rv32/machine.ts"
import { build, cryptoShell, missingTools, symbols } from "../simulator/boards/rv32/toolchain.ts"
import type { Figure } from "./run.ts"

const STATIC_RAM = "rv32 static RAM"
const budgets: Record<string, number | undefined> = { sign: 1_000_000 }

function sizes(elf: string): Figure[] {
  const own = symbols(elf).filter(({ name }) => /^(w2c_|Z_crypto|dormouse_|instance$)/.test(name))
  const sum = (kind: RegExp, rest: RegExp) =>
    own.filter(({ type, name }) => kind.test(type) && !rest.test(name)).reduce((total, { size }) => total + size, 0)
  const table = /dormouse_comb_table/
  // What signing, verifying and SHA-256 do without; complete additions are for ECDH alone.
  const others = /aes|ccm|keccak|hkdf|hmac_sha256|ecdh|recover|multiply_|_point_point|feSelect/
  const unit = "bytes"
  const fixed = { unit, better: "lower", gate: "always" } as const
  return [
    {
      name: "rv32 code: sign, verify, SHA-256",
      value: sum(/t/i, new RegExp(`${table.source}|${others.source}`)),
      ...fixed,
      budget: 36 * 1024,
    },
    { name: "rv32 code: everything", value: sum(/[tr]/i, table), ...fixed, budget: 52 * 1024 },
    {
      name: "rv32 tables in flash",
      value: own.find(({ name }) => table.test(name))!.size,
      ...fixed,
      budget: 24 * 1024,
    },
    { name: STATIC_RAM, value: sum(/[bd]/i, table), ...fixed, budget: 10 * 1024 },
  ]
}

export async function rv32Figures(): Promise<Figure[]> {
  if (missingTools.length > 0) {
    console.error(`rv32 figures skipped: ${missingTools.join(", ")} not installed`)
    return []
  }
  const elf = build("crypto", cryptoShell)
  const machine = new Machine(elf)
  const digest = crypto.sha256(new Uint8Array(3))
  const key = crypto.sha256(digest)
  const publicKey = crypto.getPublicKey(key, false)
  const signature = crypto.sign(digest, key)
  const count = async (name: string, ...values: Uint8Array[]) => (await machine.call(name, ...values)).instructions
  try {
    await count("randomize", digest)
    const one = await count("sha256", new Uint8Array(64))
    const calls: [string, number][] = [
      ["sign", await count("sign", digest, key)],
      ["verify", await count("verify", signature.subarray(0, 64), digest, publicKey)],
      ["recover", await count("recover", signature, digest)],
      ["public key", await count("public65", key)],
      ["ECDH", await count("ecdh", key, publicKey)],
      ["SHA-256 block", (await count("sha256", new Uint8Array(128))) - one],
      ["Keccak-256, 64 bytes", await count("keccak256", new Uint8Array(64))],
      ["AES-CCM seal, 100 bytes", await count("seal", key.subarray(16), key.subarray(19), digest, new Uint8Array(100))],
    ]
    const figures = calls.map(([name, value]): Figure => {
      const budget = budgets[name]
      const figure = { name: `rv32 ${name}`, value, unit: "instructions", better: "lower", gate: "always" } as const
      return budget === undefined ? figure : { ...figure, budget }
    })
    const stack = await count("stack")
    const ram = { unit: "bytes", better: "lower", gate: "always", budget: 16 * 1024 } as const
    const fixed = sizes(elf)
    const memory = fixed.find(({ name }) => name === STATIC_RAM)!.value
    return [...figures, ...fixed, { name: "rv32 RAM with the deepest stack", value: memory + stack, ...ram }]
  } finally {
    machine.stop()
  }
}
