#!/usr/bin/env python3
"""A Dormouse device in Python, written from docs/protocol.md alone: enrols, waits for approval, sends reports, reads its
acks, verifies compact receipts. Prints a JSON line for each thing that happens. State lives as long as the process.

    device.py http://HOST:PORT [REPORTS [TIMEOUT_SECONDS]]
"""

import hashlib
import io
import json
import os
import secrets
import socket
import sys
import time
import urllib.parse
import urllib.request

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.ciphers.aead import AESCCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
ES256K_HEADER = bytes.fromhex("a101382e")
CCM_HEADER = bytes.fromhex("a1010a")
PROFILE = [["temperature", "Cel", -2], ["humidity", "%RH", -2], ["co2", "ppm", 0]]

def sha256(data):
    return hashlib.sha256(data).digest()

def keccak256(data):
    mask, rate = 2**64 - 1, 136
    state = [[0] * 5 for _ in range(5)]
    data = bytearray(data) + b"\x01" + bytes(-(len(data) + 1) % rate)
    data[-1] |= 0x80
    for start in range(0, len(data), rate):
        for i in range(rate // 8):
            state[i % 5][i // 5] ^= int.from_bytes(data[start + 8 * i : start + 8 * i + 8], "little")
        register = 1
        for _ in range(24):
            c = [x0 ^ x1 ^ x2 ^ x3 ^ x4 for x0, x1, x2, x3, x4 in state]
            d = [c[x - 1] ^ (c[(x + 1) % 5] << 1 | c[(x + 1) % 5] >> 63) & mask for x in range(5)]
            state = [[state[x][y] ^ d[x] for y in range(5)] for x in range(5)]
            x, y, lane = 1, 0, state[1][0]
            for t in range(24):
                x, y, turn = y, (2 * x + 3 * y) % 5, (t + 1) * (t + 2) // 2 % 64
                lane, state[x][y] = state[x][y], (lane << turn | lane >> (64 - turn)) & mask
            rows = [state[x % 5] for x in range(7)]
            state = [[a ^ ~b & c & mask for a, b, c in zip(rows[x], rows[x + 1], rows[x + 2])] for x in range(5)]
            for j in range(7):
                state[0][0] ^= (register & 1) << ((1 << j) - 1)
                register = (register << 1) ^ (0x171 if register & 0x80 else 0)
    return b"".join(state[i][0].to_bytes(8, "little") for i in range(4))

def pack_samples(samples, steps):
    """The samples-body of section 3."""
    first = list(samples[0])
    if len(samples) == 1:
        return [first]
    differences = [[now - before for now, before in zip(row, previous)] for previous, row in zip(samples, samples[1:])]
    codes = [[2 * d if d >= 0 else -2 * d - 1 for d in row] for row in differences]
    codes = [[step - min(steps), *row] for step, row in zip(steps, codes)]
    widths = [max(column).bit_length() for column in zip(*codes)]
    bits = "".join(f"{width:06b}" for width in widths)
    bits += "".join(f"{code:0{width}b}" if width else "" for row in codes for code, width in zip(row, widths))
    bits += "0" * (-len(bits) % 8)
    return [first, min(steps), len(samples), int(bits, 2).to_bytes(len(bits) // 8, "big")]

def sequence(data):
    stream, items = io.BytesIO(data), []
    while stream.tell() < len(data):
        items.append(cbor2.load(stream))
    return items

def say(event, **fields):
    print(json.dumps({"event": event, **fields}), flush=True)

class Device:
    def __init__(self, provisioning, host):
        self.gateway_key = bytes.fromhex(provisioning["gatewayPublicKey"][2:])
        self.chain_id = provisioning["chainId"]
        self.registry = bytes.fromhex(provisioning["registry"][2:])
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.connect((host, provisioning["coap"]))
        self.socket.settimeout(3)
        self.key = ec.generate_private_key(ec.SECP256K1())
        public = self.key.public_key()
        self.public_key = public.public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
        self.address = keccak256(public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)[1:])[12:]
        self.seq, self.head, self.request = 0, bytes(8), 0
        self.mailbox_cursor, self.receipt_cursor = 0, 0
        self.outbox = {}  # seq -> payload || r || s, until there is a receipt
        self.acked, self.receipted = set(), set()

    def post(self, path, body, number=None):
        """Payload of a successful answer, or None."""
        token = secrets.token_bytes(4) if number is None else (number % 2**32).to_bytes(4, "big")
        message_id = os.urandom(2) if number is None else (number % 2**16).to_bytes(2, "big")
        head = bytes([0x54, 0x02]) + message_id + token + bytes([0xB0 + len(path)]) + path.encode() + b"\x11\x3f\xff"
        self.socket.send(head + body)
        deadline = time.monotonic() + 3
        while time.monotonic() < deadline:
            try:
                answer = self.socket.recv(2048)
            except (socket.timeout, ConnectionRefusedError):
                continue
            if answer[0] >> 4 == 4:  # confirmable: acknowledge
                self.socket.send(b"\x60\x00" + answer[2:4])
            at = 4 + (answer[0] & 15)
            if answer[1] == 0 or answer[4:at] != token:
                continue
            while at < len(answer) and answer[at] != 0xFF:  # options of an answer are short: no extended heads
                at += 1 + (answer[at] & 15)
            return answer[at + 1 :] if answer[1] >> 5 == 2 else None
        return None

    def sign(self, payload):
        aad = cbor2.dumps(["dormouse-1", self.chain_id, self.registry, self.address])
        structure = cbor2.dumps(["Signature1", ES256K_HEADER, aad, payload])
        r, s = utils.decode_dss_signature(self.key.sign(structure, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(32, "big") + min(s, ORDER - s).to_bytes(32, "big")

    @staticmethod
    def cose_sign1(report):
        return cbor2.CBORTag(18, [ES256K_HEADER, {}, report[:-64], report[-64:]])

    def report(self, samples, steps):
        self.seq += 1
        now = time.time() * 1000 + self.offset - 10 * sum(steps)  # of the first sample
        epoch = self.epoch + int((now - self.epoch_start) // self.epoch_length)
        ticks = int((now - self.epoch_start) % self.epoch_length) // 10
        payload = cbor2.dumps([1, self.seq, epoch, self.head, ticks, *pack_samples(samples, steps)])
        signed = payload + self.sign(payload)
        self.head = sha256(cbor2.dumps(self.cose_sign1(signed)))[:8]
        self.outbox[self.seq] = signed
        say("signed", seq=self.seq, epoch=epoch, bytes=len(signed))

    def enrol(self):
        nonce = secrets.token_bytes(16)
        answer = self.post("h", cbor2.dumps([1, self.public_key, nonce]))
        if answer is None:
            return False
        challenge = cbor2.loads(answer)
        payload = cbor2.dumps([0, challenge, nonce, sha256(cbor2.dumps(PROFILE))])
        answer = self.post("h", cbor2.dumps([2, self.public_key, payload, self.sign(payload), PROFILE]))
        if answer is None:
            return False
        peer = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256K1(), self.gateway_key)
        hkdf = HKDF(hashes.SHA256(), 32, nonce + challenge, b"dormouse-1 envelope")
        keys = hkdf.derive(self.key.exchange(ec.ECDH(), peer))
        self.up, self.down = AESCCM(keys[:16], tag_length=8), AESCCM(keys[16:], tag_length=8)
        self.id, *downlink = sequence(answer)
        self.request = 0
        self.read_ack(downlink)
        return True

    def exchange(self, reports):
        """Sends these reports (newest first); what the ack refuses, or None where no ack came."""
        self.request += 1
        lag = reports[0] - self.receipt_cursor if reports else self.receipt_cursor
        items = [self.mailbox_cursor, lag, *(self.outbox[seq] for seq in reports)]
        external = cbor2.dumps(["dormouse-1 up", self.id, self.request])
        aad = cbor2.dumps(["Encrypt0", CCM_HEADER, external])
        plaintext = b"".join(map(cbor2.dumps, items))
        sealed = self.up.encrypt(self.request.to_bytes(13, "big"), plaintext, aad)
        answer = self.post("r", b"".join(map(cbor2.dumps, [self.id, self.request, sealed])), self.request)
        if answer is None:
            return None
        refused = self.read_ack(sequence(answer))
        for seq in [] if 0 in refused else set(reports) - set(refused):
            self.acked.add(seq)
            say("acked", seq=seq, have=self.have)
        return refused

    def read_ack(self, downlink):
        request, random, sealed = downlink
        if request != self.request:
            raise ValueError("an answer to another request")
        aad = cbor2.dumps(["Encrypt0", CCM_HEADER, cbor2.dumps(["dormouse-1 down", self.id])])
        ack = cbor2.loads(self.down.decrypt(request.to_bytes(5, "big") + random, sealed, aad))
        now, phase, self.have, refused, self.retry_after, receipts, mail, *_more = ack
        self.offset = now - time.time() * 1000
        self.epoch, self.epoch_start, self.epoch_length = phase[0], now - phase[1], phase[2]
        for epoch, _previous, root, count, entries in receipts:
            for seq, gateway_time, role, index, path in entries:
                if seq not in self.outbox:
                    continue
                leaf = cbor2.dumps([gateway_time, role, self.cose_sign1(self.outbox[seq])])
                ok = role == 0 and self.under(sha256(b"\x00" + leaf), index, count, path, root)
                say("receipt", seq=seq, epoch=epoch, count=count, ok=ok)
                if ok:
                    self.receipted.add(seq)
                    del self.outbox[seq]
        while self.receipt_cursor + 1 in self.receipted:
            self.receipt_cursor += 1
        self.mailbox_cursor = max([self.mailbox_cursor, *(number for number, _type, _payload in mail)])
        return dict(refused)

    @staticmethod
    def under(node, index, count, path, root):
        if index >= count or len(path) % 32:
            return False
        last = count - 1
        for at in range(0, len(path), 32):
            if last == 0:
                return False
            if index % 2 or index == last:
                node = sha256(b"\x01" + path[at : at + 32] + node)
                while index % 2 == 0 and index:
                    index, last = index // 2, last // 2
            else:
                node = sha256(b"\x01" + node + path[at : at + 32])
            index, last = index // 2, last // 2
        return last == 0 and node == root

def main():
    gateway, wanted, timeout = [*sys.argv[1:], *["2", "60"][len(sys.argv) - 2 :]]
    with urllib.request.urlopen(gateway + "/api/provisioning", timeout=10) as answer:
        device = Device(json.load(answer), urllib.parse.urlparse(gateway).hostname)
    say("key", address="0x" + device.address.hex())
    deadline = time.monotonic() + float(timeout)
    while not device.enrol():
        time.sleep(1)
    say("enrolled", id=device.id)
    approved = False
    while time.monotonic() < deadline:
        refused = device.exchange(sorted(set(device.outbox) - device.acked, reverse=True))
        if len(device.receipted) == int(wanted):
            say("done", reports=len(device.receipted))
            return 0
        if refused is None or 0 in refused:
            time.sleep(1 if refused is None else device.retry_after / 1000)
            continue
        if not approved:
            approved = True
            say("approved")
        if device.seq < int(wanted):
            device.report([(2370 + i, 2627 - i * i, 749 + 3 * i) for i in range(6)], [10, 12, 9, 10, 10])
        else:
            time.sleep(device.epoch_length / 4000)
    say("timeout", receipts=len(device.receipted))
    return 1

if __name__ == "__main__":
    sys.exit(main())
