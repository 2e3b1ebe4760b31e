/** Somebody who knows addresses and device ids, and no key: forged envelopes and beginnings of messages, in a process of its own. */
import { createSocket } from "node:dgram"
import { connect } from "node:net"
import { performance } from "node:perf_hooks"
import { encodeSequence } from "../../src/protocol/index.ts"
import { encodeLinkMessage, LinkCode } from "../../src/protocol/link-message.ts"
import { framed, Rule } from "../../src/protocol/schc/rules.ts"
import { encodeSerialFrame } from "../../src/protocol/serial-frame.ts"
import { answering } from "./talk.ts"

let stop = () => {}
let request = 2 ** 30

/** As long as a report of six samples, for a device that there is, under a number that it has not used. */
function envelope(id: number): Uint8Array {
  const ciphertext = Uint8Array.from({ length: 130 }, (_, i) => (id * 31 + request + i * 7) & 255)
  return encodeSequence([id, request++, ciphertext])
}

answering({
  /** Every kind in turn, `perSecond` of them all. */
  start(perSecond: number, devices: number, port: number, line: string) {
    const udp = createSocket("udp4")
    const serial = connect(line)
    serial.resume() // whatever is answered
    const coap = [0x54, 2, 0x11, 0x22, 1, 2, 3, 4, 0xb1, 0x72, 0x11, 63]
    const kinds = [
      (n: number) => udp.send(Uint8Array.from([...coap, 0xff, ...envelope(1 + (n % devices))]), port, "127.0.0.1"),
      // Block1 0/1/64 of a message that never goes on
      (n: number) =>
        udp.send(Uint8Array.from([...coap, 0xd1, 2, 0x0a, 0xff, ...new Uint8Array(64).fill(n)]), port, "127.0.0.1"),
      (n: number) => {
        const payload = encodeLinkMessage(LinkCode.report, n & 0xffff, envelope(1 + (n % devices)))
        serial.write(encodeSerialFrame({ station: n & 255, rule: Rule.whole, payload }))
      },
      (n: number) => {
        const payload = Uint8Array.from([0x1e, ...new Uint8Array(75).fill(n)])
        serial.write(encodeSerialFrame({ station: n & 255, rule: framed.up.id, payload }))
      },
    ]
    const began = performance.now()
    let sent = 0
    const timer = setInterval(() => {
      for (; sent < ((performance.now() - began) * perSecond) / 1000; sent++) kinds[sent % kinds.length]!(sent)
    }, 5)
    stop = () => {
      clearInterval(timer)
      udp.close()
      serial.destroy()
    }
  },
  stop: () => stop(),
  end() {},
})
