declare const host: any
host.trace("hello from " + host.engine + " " + host.reason + " " + host.now())
host.trace(JSON.stringify([...host.crypto.sha256(new Uint8Array([97,98,99]))]))
host.trace(JSON.stringify(host.heap()))
class A { #x = 1; get x() { return this.#x } }
const m = new Map([[1, new A()]])
Promise.resolve(5).then(async (v) => { host.trace("job " + (v + m.get(1)!.x)); host.sleep(host.now() + 1e6) })
