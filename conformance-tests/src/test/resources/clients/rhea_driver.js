// Drives rhea: a JSON request a line on the standard input, answers and events on the standard output.
// Every request has an "id" that its answer repeats; "on" is the test's name for one connection, "link" for a link of it.
'use strict'

const crypto = require('crypto')
const readline = require('readline')
const rhea = require('rhea')

const { message: messages, types } = rhea
const SETTLED = 1
const UNSETTLED = 0
const connections = new Map()
const tell = (fields) => process.stdout.write(JSON.stringify(fields) + '\n')

function describe (value) {
  if (value === null || value === undefined) return 'null'
  if (typeof value === 'string') return 'text ' + value
  if (Buffer.isBuffer(value)) return `binary ${value.length} ${crypto.createHash('sha1').update(value).digest('hex')}`
  if (value instanceof Date) return 'date ' + value.getTime()
  if (Array.isArray(value)) return 'list [' + value.map(describe).join(', ') + ']'
  if (value.typecode === 0x75) return describe(value.content)
  if (value.typecode === 0x76) return 'sequence ' + describe(value.content)
  if (typeof value !== 'object') return `${typeof value} ${value}`
  return 'map {' + Object.keys(value).sort().map((key) => key + '=' + describe(value[key])).join(', ') + '}'
}

// One of every primitive type; rhea gives back most of them as what JavaScript has for them.
const primitives = () => [
  [null, null],
  [types.wrap_boolean(true), true],
  [types.wrap_ubyte(255), 255],
  [types.wrap_ushort(65535), 65535],
  [types.wrap_uint(4294967295), 4294967295],
  [types.wrap_ulong(Number.MAX_SAFE_INTEGER), Number.MAX_SAFE_INTEGER],
  [types.wrap_byte(-128), -128],
  [types.wrap_short(-32768), -32768],
  [types.wrap_int(-2147483648), -2147483648],
  [types.wrap_long(Number.MIN_SAFE_INTEGER), Number.MIN_SAFE_INTEGER],
  [types.wrap_float(1.5), 1.5],
  [types.wrap_double(Math.PI), Math.PI],
  [types.wrap_char(0x1f600), 0x1f600],
  [types.wrap_timestamp(1700000000123), new Date(1700000000123)],
  [types.wrap_uuid(Buffer.alloc(16, 7)), Buffer.alloc(16, 7)],
  [types.wrap_binary(Buffer.from([0, 255])), Buffer.from([0, 255])],
  [types.wrap_string('šß漢'), 'šß漢'],
  [types.wrap_symbol('symbol'), 'symbol'],
  [types.wrap_list([]), []],
  [types.wrap_map({ a: 1 }), { a: 1 }],
  [types.wrap_array([1, 2, 3], 0x70), [1, 2, 3]]
]

// The body, and what it will be once it has been received.
function body (request) {
  const list = [1, 'two', false, null, [3, 4], Buffer.from('five')]
  switch (request.kind) {
    case 'text': return [request.text, request.text]
    case 'binary': {
      const bytes = Buffer.alloc(request.size)
      for (let i = 0; i < bytes.length; i++) bytes[i] = i % 251
      return [messages.data_section(bytes), bytes]
    }
    case 'map': {
      const map = { text: 'value', number: 7, truth: true, nothing: null, nested: { list: [1, 2] } }
      return [map, map]
    }
    case 'list': return [types.wrap_list(list), list]
    case 'sequence': return [messages.sequence_section(list), { typecode: 0x76, content: list }]
    case 'primitives': return [types.wrap_list(primitives().map((pair) => pair[0])), primitives().map((pair) => pair[1])]
    default: throw new Error('what is ' + request.kind)
  }
}

class Connection {
  constructor (request) {
    this.name = request.on
    this.links = new Map()
    this.deliveries = new Map()
    this.lastDelivery = 0
    let answered = false
    this.connection = rhea.create_container().connect({
      host: '127.0.0.1',
      port: request.port,
      initial_reconnect_delay: 20,
      max_reconnect_delay: 100
    })
    this.connection.on('connection_open', () => {
      if (!answered) tell({ id: request.id })
      answered = true
    })
    this.connection.on('connection_error', (context) => tell({ event: 'error', on: this.name, error: String(context.connection.error) }))
    this.connection.on('disconnected', () => tell({ event: 'closed', on: this.name }))
  }

  answerOpening (link, kind, request, fields) {
    let answered = false
    const answer = (more) => {
      if (!answered) tell({ id: request.id, ...more })
      answered = true
    }
    // A refused link opens with a null terminus before it is detached with the reason.
    link.on(kind + '_open', () => {
      const terminus = kind === 'receiver' ? link.source : link.target
      if (terminus && terminus.value !== null) answer(fields())
    })
    link.on(kind + '_error', () => answer({ error: `${link.error.condition}: ${link.error.description}` }))
    link.on(kind + '_close', () => answer({ error: 'closed without a reason' }))
  }

  sender (request) {
    const link = this.connection.open_sender({
      target: request.address === undefined ? {} : { address: request.address },
      snd_settle_mode: request.settled ? SETTLED : UNSETTLED,
      treat_modified_as_released: false
    })
    const pump = { link, waiting: [], asked: new Map(), settled: request.settled }
    this.links.set(request.link, pump)
    this.answerOpening(link, 'sender', request, () => ({}))
    link.on('sendable', () => this.pump(pump))
    for (const outcome of ['accepted', 'rejected', 'released', 'modified']) {
      link.on(outcome, (context) => {
        const asked = pump.asked.get(context.delivery.id)
        pump.asked.delete(context.delivery.id)
        tell({ id: asked.id, outcome, body: asked.body })
      })
    }
  }

  pump (pump) {
    while (pump.waiting.length && pump.link.sendable()) {
      const { id, message, body } = pump.waiting.shift()
      const delivery = pump.link.send(message)
      if (pump.settled) tell({ id, outcome: 'settled', body })
      else pump.asked.set(delivery.id, { id, body })
    }
  }

  send (request) {
    const pump = this.links.get(request.link)
    const [sent, received] = body(request)
    const message = { body: sent, durable: true }
    if (request.to) message.to = request.to
    if (request.replyTo) message.reply_to = request.replyTo
    if (request.correlationId) message.correlation_id = request.correlationId
    pump.waiting.push({ id: request.id, message, body: describe(received) })
    this.pump(pump)
  }

  receiver (request) {
    const link = this.connection.open_receiver({
      source: request.address === undefined ? { dynamic: true } : { address: request.address },
      credit_window: request.byHand ? 0 : request.credit,
      autoaccept: !request.byHand,
      snd_settle_mode: request.settled ? SETTLED : UNSETTLED
    })
    this.links.set(request.link, { link })
    this.answerOpening(link, 'receiver', request, () => ({ address: link.source.address }))
    link.on('message', ({ message, delivery }) => {
      const number = ++this.lastDelivery
      if (request.byHand) this.deliveries.set(number, delivery)
      tell({
        event: 'message',
        on: this.name,
        link: request.link,
        delivery: number,
        body: describe(message.body),
        replyTo: message.reply_to,
        correlationId: message.correlation_id,
        count: message.delivery_count || 0
      })
    })
    if (request.byHand) link.add_credit(request.credit)
  }

  credit (request) {
    const { link } = this.links.get(request.link)
    link.drain = false
    link.add_credit(request.credit)
    tell({ id: request.id })
  }

  drain (request) {
    const { link } = this.links.get(request.link)
    link.once('receiver_drained', () => tell({ id: request.id }))
    link.drain_credit()
  }

  settle (request) {
    const delivery = this.deliveries.get(request.delivery)
    this.deliveries.delete(request.delivery)
    switch (request.outcome) {
      case 'accepted': delivery.accept(); break
      case 'rejected': delivery.reject({ condition: 'test:rejected', description: 'by the test' }); break
      case 'released': delivery.release(); break
      case 'modified': delivery.modified({ delivery_failed: true }); break
    }
    tell({ id: request.id })
  }

  detach (request) {
    const { link } = this.links.get(request.link)
    link.removeAllListeners('receiver_close')
    link.on('receiver_close', () => tell({ id: request.id }))
    link.close()
  }

  disconnect (request) {
    this.connection.removeAllListeners('disconnected')
    this.connection.on('connection_close', () => tell({ id: request.id }))
    this.connection.close()
  }
}

readline.createInterface({ input: process.stdin }).on('line', (line) => {
  const request = JSON.parse(line)
  try {
    if (request.do === 'connect') connections.set(request.on, new Connection(request))
    else connections.get(request.on)[request.do](request)
  } catch (error) {
    tell({ id: request.id, error: String(error) })
  }
}).on('close', () => process.exit(0))
