/** Link `wifi`, and any other whose medium carries whole datagrams. */
import { CoapLink, type Datagrams } from "../../../src/device/links/coap-link.ts"
import type { OpenEnd } from "./board.ts"

export const openWifi: OpenEnd = ({ timer, send, close }, remembered) => {
  const datagrams: Datagrams = { send, close }
  const link = new CoapLink({ datagrams, timer, remembered })
  return { link, receive: (datagram) => datagrams.onMessage?.(datagram) }
}
