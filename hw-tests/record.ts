/** Who the boards of these tests belong to while no gateway is there. */
import { crypto } from "../as/index.ts"
import { ConsoleClient } from "../src/gateway/console/client.ts"
import { type ProvisionedBoard, type ProvisionRequest, provisionBoard } from "../src/gateway/console/provision.ts"
import { systemClock, systemRandom } from "../src/gateway/ports.ts"
import type { Provisioning } from "../src/protocol/index.ts"
import type { Dut } from "./dut.ts"

export const record: Provisioning = {
  gatewayPublicKey: crypto.getPublicKey(new Uint8Array(32).fill(1)),
  operator: new Uint8Array(20).fill(2),
  chainId: 1337,
  genesisHash: new Uint8Array(32).fill(3),
  registry: new Uint8Array(20).fill(4),
  profile: [
    { name: "temperature", unit: "Cel", exponent: -2 },
    { name: "humidity", unit: "%RH", exponent: -2 },
    { name: "co2", unit: "ppm", exponent: 0 },
  ],
}

/** Makes the board a device that signs one sample a report, and checks the proof of its key. */
export async function provision(dut: Dut, request: Partial<ProvisionRequest> = {}): Promise<ProvisionedBoard> {
  const console = new ConsoleClient({ stream: dut.line, clock: systemClock() })
  try {
    const settings = { batch: 1, interval: 1 }
    return await provisionBoard(console, { crypto, random: systemRandom }, { record, settings, ...request })
  } finally {
    console.close()
  }
}
