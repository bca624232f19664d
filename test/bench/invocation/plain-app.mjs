// The app where there is no C compiler. node plain-app.mjs PORT
import { createServer } from 'node:http'

const body = JSON.stringify({
  id: 123,
  name: 'a thing of the shop',
  price: 9.99,
  stock: 41,
}).padEnd(105)
createServer((_request, response) =>
  response
    .writeHead(200, { 'content-type': 'application/json', 'content-length': body.length })
    .end(body),
).listen(Number(process.argv[2]), '127.0.0.1', () => console.log('ready'))
