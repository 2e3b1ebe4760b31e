import { type DeviceView, deviceView } from "../api/devices.ts"
import { command, exitCodeOf, print } from "./command.ts"
import { findGateway } from "./instance.ts"
import { withStore } from "./offline.ts"

/** All devices of a data directory, whether its gateway runs or not. */
export async function listDevices(dataDir: string): Promise<DeviceView[]> {
  const gateway = await findGateway(dataDir)
  if (gateway) return gateway.json("/api/devices")
  return withStore(dataDir, (store) => store.devices.all().map((device) => deviceView(store, device)))
}

/** `dormouse devices` */
export function devicesCommand(args: string[]): Promise<number> {
  const program = command("devices", "Lists the devices of a gateway.")
    .requiredOption("--data <dir>", "the gateway's data directory")
    .option("--json", "as JSON")
  return exitCodeOf(async () => {
    const { data, json } = program.parse(args, { from: "user" }).opts<{ data: string; json?: boolean }>()
    const devices = await listDevices(data)
    if (json) return print(JSON.stringify(devices))
    for (const { address, status, reports, gaps, lost, forks, lastSeen } of devices) {
      const seen = lastSeen === null ? "never seen" : `seen ${new Date(lastSeen).toISOString()}`
      const ranges = lost.map(({ first, last }) => (first === last ? `${first}` : `${first}-${last}`)).join(" ")
      const named = [gaps && `${gaps} gaps`, forks && `${forks} forks`, ranges && `lost in restore: ${ranges}`]
      const faults = named.filter(Boolean).map((fault) => `, ${fault}`)
      const counts = `${reports.stored} reports, ${reports.anchored} anchored${faults.join("")}`
      await print(`${address}  ${status.padEnd(9)}  ${counts}, ${seen}`)
    }
  })
}
