import { expect, test } from "vitest"
import { crypto } from "../../../as/index.ts"
import { fromHex, toHex } from "../../protocol/index.ts"
import { anchorSlot, deviceSlot, parseDeviceState } from "../state-proof.ts"
import { repeat } from "./fixture.ts"

test("slots are those of the worked examples in docs/chain.md", () => {
  const device = fromHex("0xd428d086f75910707075f4400240f4d9447cc045")
  expect(toHex(deviceSlot(crypto, device))).toBe("f65a42f4d746271e09d3e37287cb6677114cf762ada305a1e3e5b280fe3af50d")
  const slot = "9d32d6307e02eb0af80576d09e4e73e126d3fb9323eeaf5497704e570b5935cb"
  expect(toHex(anchorSlot(crypto, repeat(0xaa, 20), 70_001))).toBe(slot)
})

test("the word of a device, from its lowest byte: status, role, home gateway, block of the last change", () => {
  const word = fromHex(`0000${"0000000000000102"}${"ab".repeat(20)}0102`)
  expect(parseDeviceState(word)).toEqual({ status: 2, role: 1, homeGateway: repeat(0xab, 20), changedAt: 258 })
})
