// Drives mqtt.js: a JSON request a line on the standard input, answers and events on the standard output.
// Every request has an "id" that its answer repeats; "on" is the test's name for one connection. Payloads are base64.
'use strict'

const mqtt = require('mqtt')
const readline = require('readline')

const connections = new Map()
const tell = (fields) => process.stdout.write(JSON.stringify(fields) + '\n')

function connect (request) {
  const is5 = request.version === 5
  const options = {
    host: '127.0.0.1',
    port: request.port,
    protocol: request.webSocket ? 'ws' : 'mqtt',
    clientId: request.client,
    protocolVersion: request.version,
    clean: request.clean,
    reconnectPeriod: request.returnMillis || 0
  }
  if (request.webSocket) options.path = '/mqtt'
  if (is5) options.properties = { sessionExpiryInterval: request.expiry }
  if (request.will) {
    const will = request.will
    options.will = { topic: will.topic, payload: Buffer.from(will.payload, 'base64'), qos: will.qos, retain: will.retain }
    if (is5) options.will.properties = { willDelayInterval: will.delay }
  }
  const client = mqtt.connect(options)
  connections.set(request.on, client)
  let answered = false
  const answer = (fields) => {
    if (!answered) tell({ id: request.id, ...fields })
    answered = true
  }
  client.on('connect', (connack) => {
    if (answered) tell({ event: 'returned', on: request.on, present: connack.sessionPresent })
    answer({ present: connack.sessionPresent, reason: connack.reasonCode || 0 })
  })
  client.on('error', (error) => answer({ error: String(error) }))
  client.on('close', () => tell({ event: 'closed', on: request.on }))
  client.on('disconnect', (packet) => tell({ event: 'disconnect', on: request.on, reason: packet.reasonCode }))
  client.on('message', (topic, payload, packet) => tell({
    event: 'message',
    on: request.on,
    topic,
    payload: payload.toString('base64'),
    qos: packet.qos,
    retain: packet.retain,
    dup: packet.dup
  }))
}

const actions = {
  publish (client, request) {
    const payload = Buffer.from(request.payload, 'base64')
    client.publish(request.topic, payload, { qos: request.qos, retain: request.retain }, (error, packet) => {
      if (error && error.code === undefined) tell({ id: request.id, error: String(error) })
      else tell({ id: request.id, reasons: [error ? error.code : (packet && packet.reasonCode) || 0] })
    })
  },
  subscribe (client, request) {
    const options = { qos: request.qos }
    if (client.options.protocolVersion === 5) {
      Object.assign(options, { nl: request.noLocal, rap: request.retainAsPublished, rh: request.retainHandling })
    }
    client.subscribe(request.filter, options, (error, granted, packet) => {
      if (packet && packet.granted) tell({ id: request.id, reasons: packet.granted })
      else if (error) tell({ id: request.id, error: String(error) })
      else tell({ id: request.id, reasons: granted.map((one) => one.qos) })
    })
  },
  unsubscribe (client, request) {
    client.unsubscribe(request.filter, (error) => tell({ id: request.id, reasons: [error ? 128 : 0] }))
  },
  disconnect (client, request) {
    client.end(false, () => tell({ id: request.id }))
  },
  drop (client, request) {
    client.stream.destroy()
    tell({ id: request.id })
  }
}

readline.createInterface({ input: process.stdin }).on('line', (line) => {
  const request = JSON.parse(line)
  try {
    if (request.do === 'connect') connect(request)
    else actions[request.do](connections.get(request.on), request)
  } catch (error) {
    tell({ id: request.id, error: String(error) })
  }
}).on('close', () => process.exit(0))
