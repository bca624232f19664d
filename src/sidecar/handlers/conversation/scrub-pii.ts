/** What is taken for a person's, and what stands for it: daprd's words. In order: an address of a card has digits, too. */
const PII: readonly (readonly [RegExp, string])[] = [
  [/[\w.%+-]+@[\w-]+(?:\.[\w-]+)+/g, '<EMAIL_ADDRESS>'],
  [/\b(?:\d{1,3}\.){3}\d{1,3}\b/g, '<IP>'],
  [/\b(?:\d[ -]?){13,18}\d\b/g, '<CREDIT_CARD>'],
  [/\b\d{3}-\d{2}-\d{4}\b/g, '<SSN>'],
  [/(?<![\w+])\+?(?:\(\d{1,4}\)[ -]?)?\d(?:[ -]?\d){6,13}(?!\w)/g, '<PHONE_NUMBER>'],
]

/** Hides e-mail addresses, IP addresses, card, social security and phone numbers; names and places stay. */
export const scrubPii = (text: string): string =>
  PII.reduce((hidden, [pattern, word]) => hidden.replace(pattern, word), text)
