import { createSocket } from 'node:dgram'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { commandFolder, takeCommands } from '../../../collectors/office/commands.ts'
import { openMemory } from '../../../collectors/office/memory.ts'
import { syslogTarget } from '../../../collectors/office/ports.ts'
import { SyslogSender } from '../../../collectors/office/syslog-sender.ts'
import { writePorts } from '../../../collectors/ports.ts'
import { demoConfig } from '../../helpers/office.ts'
import { freePort } from '../../services.ts'
import { until } from '../recorder.ts'

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'sanling-edges-'))
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

describe('the console’s sender', () => {
  it('waits while the receiver is away and then says everything, counted in bytes', async () => {
    const port = await freePort()
    const sender = new SyslogSender(() => ({ host: '127.0.0.1', tcp: port }))
    for (const line of ['<13>一', '<13>two']) sender.send(line)
    let now = 0
    const beat = setInterval(() => {
      now += 1000
      sender.flush(now)
    }, 10)
    await until(() => now > 3000)
    const sockets: Socket[] = []
    let heard = ''
    const server = createServer((socket) => {
      sockets.push(socket)
      socket.on('data', (bytes) => {
        heard += bytes.toString()
      })
    }).listen(port, '127.0.0.1')
    await until(() => heard === '7 <13>一7 <13>two')
    for (const socket of sockets) socket.destroy()
    await until(() => !sender.connected || sockets.length > 1)
    sender.send('<13>again')
    await until(() => heard.endsWith('9 <13>again'))
    clearInterval(beat)
    sender.close()
    for (const socket of sockets) socket.destroy()
    server.close()
  })

  it('uses UDP where the receiver has nothing else', async () => {
    const receiver = createSocket('udp4')
    const heard: string[] = []
    receiver.on('message', (bytes) => heard.push(bytes.toString()))
    await new Promise<void>((resolve) => receiver.bind(0, '127.0.0.1', resolve))
    const sender = new SyslogSender(() => ({ host: '127.0.0.1', udp: receiver.address().port }))
    sender.send('<13>x')
    sender.flush(0)
    await until(() => heard.length === 1)
    sender.close()
    receiver.close()
    expect(heard).toEqual(['<13>x'])
  })

  it('never waits with more than it can hold', () => {
    const sender = new SyslogSender(() => undefined)
    for (let n = 0; n < 20_010; n += 1) sender.send('x')
    expect(sender.lost).toBe(10)
  })
})

describe('where the receiver listens', () => {
  const source = demoConfig().sources.sources.find((one) => one.kind === 'syslog')
  if (source?.kind !== 'syslog') throw new Error('no syslog source')

  it('is what sources.yaml says, unless it was moved', () => {
    expect(syslogTarget(source, dir)).toEqual({ host: '127.0.0.1', tcp: 5514, udp: 5514 })
    expect(syslogTarget(source, dir, true)).toBeUndefined()
    writePorts(dir, source.id, { tcp: 7, udp: 8 })
    expect(syslogTarget(source, dir, true)).toEqual({ host: '127.0.0.1', tcp: 7, udp: 8 })
    expect(syslogTarget({ ...source, udp: undefined, tcp: { host: '127.0.0.1', port: 0 } }, dir)).toMatchObject({
      tcp: 7,
    })
  })
})

describe('the letter box', () => {
  it('takes commands in order, once, and throws out what is none', () => {
    const bad: string[] = []
    expect(takeCommands(dir, (file) => bad.push(file))).toEqual([])
    const put = (name: string, text: string) => writeFileSync(join(commandFolder(dir), name), text)
    put('2.json', '{"scenario":"storm"}')
    put('1.json', '{"scenario":"door-held","object":"door:E2","seconds":90}')
    put('3.json', '{"scenario":')
    put('4.json', '{"scenario":"x","shell":"rm"}')
    put('5.json', `{"scenario":"${'x'.repeat(5000)}"}`)
    put('note.txt', 'not mine')
    mkdirSync(join(commandFolder(dir), '6.json'))
    expect(takeCommands(dir, (file) => bad.push(file))).toEqual([
      { scenario: 'door-held', object: 'door:E2', seconds: 90 },
      { scenario: 'storm' },
    ])
    expect(bad.sort()).toEqual(['3.json', '4.json', '5.json', '6.json'])
    expect(readdirSync(commandFolder(dir))).toEqual(['note.txt'])
  })
})

describe('the office’s memory', () => {
  const options = { seed: 's', speed: 1, anchor: 100 }

  it('keeps its anchor, and begins an era where the speed changes', () => {
    const first = openMemory(dir, 1000, options)
    expect([first.first, first.eras]).toEqual([true, [{ from: 1000, speed: 1 }]])
    first.caseFiles = 3
    first.save()
    const again = openMemory(dir, 2000, { ...options, anchor: 900 })
    expect([again.first, again.anchor, again.caseFiles, again.eras.length]).toEqual([false, 100, 3, 1])
    expect(openMemory(dir, 3000, { ...options, speed: 10 }).eras).toEqual([
      { from: 1000, speed: 1 },
      { from: 3000, speed: 10 },
    ])
  })

  it('begins anew when its file is damaged', () => {
    openMemory(dir, 1000, options)
    writeFileSync(join(dir, 'office/memory.json'), '{"seed":')
    expect(openMemory(dir, 2000, options).first).toBe(true)
  })
})
