'use strict';

// Amounts of money as text; see RULES.md.
function format(units, currency) {
  return (units / 100).toFixed(2) + ' ' + currency;
}

module.exports = { format };
