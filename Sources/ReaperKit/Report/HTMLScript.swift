/// What the page does beyond what it says.
///
/// It narrows the list of findings, and opens what is folded before it is printed. Without it the page says the same.
enum HTMLScript {
    /// What the page's policy allows: this script and no other.
    ///
    /// SHA-256 in base 64; a test computes it anew.
    static let digest = "b2sCQ6Tt0qAaaqt4kgLZXUH7D78svErlFSPDXHDGEx8="

    /// The script; it makes no element and no text of what the page holds.
    static let text: HTMLWriter.Word = """

        (function () {
          'use strict';
          var all = function (query, root) {
            return Array.prototype.slice.call((root || document).querySelectorAll(query));
          };
          var opened = [];
          window.addEventListener('beforeprint', function () {
            opened = all('details:not([open])');
            opened.forEach(function (item) { item.open = true; });
          });
          window.addEventListener('afterprint', function () {
            opened.forEach(function (item) { item.open = false; });
            opened = [];
          });
          var form = document.getElementById('filter');
          if (!form) { return; }
          var parts = all('.part').map(function (part) {
            return { element: part, rows: all('tr[data-severity]', part) };
          }).filter(function (part) { return part.rows.length > 0; });
          var total = parts.reduce(function (sum, part) { return sum + part.rows.length; }, 0);
          var texts = new Map();
          var text = function (row) {
            if (!texts.has(row)) { texts.set(row, row.textContent.toLowerCase()); }
            return texts.get(row);
          };
          var search = document.getElementById('filter-text');
          var host = document.getElementById('filter-host');
          var told = document.getElementById('filter-told');
          var apply = function () {
            var words = search.value.toLowerCase().split(' ').filter(Boolean);
            var wanted = host ? host.value : '';
            var severities = all('input[type=checkbox]', form).filter(function (box) {
              return box.checked;
            }).map(function (box) { return box.value; });
            var shown = 0;
            parts.forEach(function (part) {
              var before = shown;
              part.rows.forEach(function (row) {
                var fits = severities.indexOf(row.dataset.severity) >= 0
                  && (wanted === '' || row.dataset.host === wanted)
                  && words.every(function (word) { return text(row).indexOf(word) >= 0; });
                row.hidden = !fits;
                if (fits) { shown += 1; }
              });
              part.element.hidden = shown === before;
            });
            told.textContent = shown + ' of ' + total + ' shown';
          };
          var fold = function (isOpen) {
            parts.forEach(function (part) {
              part.rows.forEach(function (row) {
                if (!row.hidden) {
                  all('details', row).forEach(function (item) { item.open = isOpen; });
                }
              });
            });
          };
          form.addEventListener('input', apply);
          form.addEventListener('submit', function (event) { event.preventDefault(); });
          form.addEventListener('reset', function () { window.setTimeout(apply, 0); });
          document.getElementById('filter-open').addEventListener('click', function () { fold(true); });
          document.getElementById('filter-close').addEventListener('click', function () { fold(false); });
          window.addEventListener('hashchange', function () {
            var target = document.getElementById(window.location.hash.slice(1));
            if (!target) { return; }
            if (target.hidden) { form.reset(); }
            all('details', target).forEach(function (item) { item.open = true; });
          });
          form.hidden = false;
          apply();
        }());

        """
}
