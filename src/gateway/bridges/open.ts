/** Opens every link that a gateway is told to have. */
import type { LinkName } from "../../protocol/link-message.ts"
import { type Bridge, type BridgeOptions, bridges, type LinkMeter } from "./bridge.ts"

export interface Links {
  host: string
  /** 0: any free one */
  coapPort: number
  /** lines, as `--serial` names them */
  serial?: readonly string[] | undefined
}

/** `undo`: takes what closes each; throws `E_PORT`, `E_SERIAL_NAME`. Returns the CoAP port. */
export async function openLinks(
  { host, coapPort, serial = [] }: Links,
  options: Omit<BridgeOptions, "meter">,
  meterOf: (link: LinkName) => LinkMeter,
  undo: (() => unknown)[],
): Promise<number> {
  const opened = (bridge: Bridge) => {
    undo.push(() => bridge.close())
    return bridge
  }
  const openWifi = await bridges.wifi()
  const { port } = opened(await openWifi({ ...options, meter: meterOf("wifi"), host, port: coapPort }))
  for (const line of serial) {
    const openSerial = await bridges.serial()
    opened(await openSerial({ ...options, meter: meterOf("serial"), line }))
  }
  return port
}
