// Reads the cases of `feel-cases`, asks the FEEL engine feelin, and sorts every difference under its name. Ends with 1 if one has none.
// node oracle.mjs [--record COUNT FILE] < CASES
import { createInterface } from 'node:readline';
import { writeFileSync } from 'node:fs';
import { evaluate } from 'feelin';

const value = (found) => (found && typeof found === 'object' && 'value' in found ? found.value : found);
const ask = (text, context) => {
  const found = value(evaluate(text, context));
  return found === true ? 'yes' : found === false ? 'no' : 'unknown';
};
const days = new Map();
const day = (text) => days.get(text) ?? (days.set(text, value(evaluate(`date("${text}")`))), days.get(text));
const context = (firm) => {
  if (Array.isArray(firm)) return firm.map(context);
  if (firm === null || typeof firm !== 'object') return firm;
  if ('day' in firm) return day(firm.day);
  return Object.fromEntries(Object.entries(firm).map(([name, part]) => [name, context(part)]));
};

/** The name of what lies between our answer and FEEL's, or the reason why there is none. */
function compare({ rule, feel, firm, answer, whole }) {
  const [plain, ifs, guarded] = feel;
  const here = context(firm);
  const theirs = ask(plain, here);
  const decided = answer === 'yes' || answer === 'no';
  const ends = whole.map((w) => ask(plain, context(w)));
  // What we say of a firm with unknowns must hold of the firm whatever they turn out to be.
  const against = decided ? ends.findIndex((e) => e !== answer) : -1;
  if (against >= 0) return [theirs, `WRONG of the completed firm ${JSON.stringify(whole[against])}`];
  if (theirs === answer) return [theirs, 'same'];
  if (!decided && answer !== 'unknown') return [theirs, `error: ${answer}`];
  const fixed = ask(guarded, here);
  if (fixed === answer) return [theirs, ask(ifs, here) === answer ? 'if with null' : 'equality or row with null'];
  if (decided && fixed === 'unknown') return [theirs, theirs === 'unknown' ? 'settled here' : 'settled here, guessed there'];
  return [theirs, `WITHOUT A NAME, guarded ${fixed}`];
}

const record = process.argv[2] === '--record' ? { count: Number(process.argv[3]), file: process.argv[4], lines: [] } : undefined;
const counts = new Map();
let [total, bad] = [0, 0];
for await (const line of createInterface({ input: process.stdin })) {
  const one = JSON.parse(line);
  const [theirs, name] = compare(one);
  total += 1;
  const known = !/^[A-Z]/.test(name);
  counts.set(known ? name : 'NOT EXPLAINED', (counts.get(known ? name : 'NOT EXPLAINED') ?? 0) + 1);
  if (!known && (bad += 1) <= 10) console.log(`${name}\n  ${one.rule}\n  ${one.feel[0]}\n  ${JSON.stringify(one.firm)}\n  ours ${one.answer}, FEEL ${theirs}`);
  if (record && record.lines.length < record.count) record.lines.push([one.rule, JSON.stringify(one.firm), one.answer, theirs, name].join('\t'));
}
if (record) writeFileSync(record.file, record.lines.join('\n') + '\n');
console.log(`${total} cases`);
for (const [name, count] of [...counts].sort((a, b) => b[1] - a[1])) console.log(`${String(count).padStart(8)}  ${name}`);
process.exitCode = bad ? 1 : 0;
