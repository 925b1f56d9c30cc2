// headway-canary 5f3c9a52-7d0e-4c58-9a41-0b6e2d8f7a13
const { format } = require(require('path').resolve('money.js'));

const wanted = [
  [0, 'CHF', '0.00 CHF'], [100000, 'EUR', '1,000.00 EUR'], [-1234567, 'KWD', '-1,234.567 KWD'],
  [7, 'KWD', '0.007 KWD'], [-999, 'JPY', '-999 JPY'], [1000000, 'JPY', '1,000,000 JPY'],
];
let failed = wanted.filter(([units, currency, text]) => format(units, currency) !== text).length;
for (const name of ['GBP', 'eur', 'toString']) {
  try {
    format(1, name);
    failed += 1;
  } catch (error) {
    if (!(error instanceof RangeError)) failed += 1;
  }
}
process.exit(failed ? 1 : 0);
