"use strict";
// Rows that hold every word of the filter stay.
for (const input of document.querySelectorAll("input[data-table]")) {
  const rows = [...document.getElementById(input.dataset.table).tBodies[0].rows];
  const texts = rows.map((row) => row.textContent.toLowerCase());
  const count = input.parentElement.querySelector("output");
  const apply = () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    let left = 0;
    rows.forEach((row, position) => {
      row.hidden = !words.every((word) => texts[position].includes(word));
      left += row.hidden ? 0 : 1;
    });
    count.value = words.length ? `${left} of ${rows.length} rows` : `${rows.length} rows`;
  };
  input.addEventListener("input", apply);
  input.parentElement.hidden = false;
  apply();
}
