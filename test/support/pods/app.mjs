// An app of a test pod: `/hello` answers, `/ask/APP` asks another app through the sidecar.
import { createServer } from 'node:http'

createServer(async ({ url = '/' }, res) => {
  const [, what, other] = url.split('/')
  if (what !== 'ask') return res.end(`hello from ${process.env.HOSTNAME ?? 'an app'}`)
  try {
    const port = process.env.DAPR_HTTP_PORT
    const answer = await fetch(`http://127.0.0.1:${port}/v1.0/invoke/${other}/method/hello`)
    res.writeHead(answer.status).end(await answer.text())
  } catch (error) {
    res.writeHead(502).end(String(error))
  }
}).listen(8080)
