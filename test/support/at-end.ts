type Task = () => PromiseLike<void> | undefined

const tasks: Task[] = []

/** Registers what ends a thing that the whole run shares, for example a real Zipkin. */
export function atEnd(task: Task): void {
  tasks.push(task)
}

/** Called once by the root hook in `globals.ts`, last registered first. */
export async function runAtEnd(): Promise<void> {
  for (let task = tasks.pop(); task !== undefined; task = tasks.pop()) await task()
}
