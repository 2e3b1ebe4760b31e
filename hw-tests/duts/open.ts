/** From a rig's entry to a device under test. Each kind is loaded only where it is used. */
import type { Capability, Dut } from "../dut.ts"
import type { RigEntry } from "../rig.ts"

const built: Record<"sim" | "qemu", readonly Capability[]> = {
  sim: ["power", "cut", "sleep", "watchdog", "memory", "sensor"],
  qemu: ["power", "cut", "reset", "sleep", "watchdog", "memory", "sensor"],
}

export function capabilitiesOf({ transport, capabilities = [] }: RigEntry): readonly Capability[] {
  return transport === "serial" ? capabilities : built[transport]
}

export async function openDut(entry: RigEntry): Promise<Dut> {
  const capabilities = capabilitiesOf(entry)
  switch (entry.transport) {
    case "sim":
      return (await import("./sim.ts")).openSim({ id: entry.id, board: "sim", capabilities })
    case "qemu":
      return (await import("./qemu.ts")).openQemu({ id: entry.id, board: "rv32", capabilities })
    case "serial":
      return (await import("./serial.ts")).openSerial({ ...entry, board: entry.board ?? "board", capabilities })
  }
}
