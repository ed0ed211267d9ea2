/// How the page looks, in light, dark and on paper.
enum HTMLStyle {
    /// What the page's policy allows: this style and no other.
    ///
    /// SHA-256 in base 64; a test computes it anew.
    static let digest = "BnZ987f2qFJDxU3utV7U01NcfzC71T8oF0MCZW5+3Gk="

    /// The style sheet; no color says anything that words do not.
    static let text: HTMLWriter.Word = """

        :root { color-scheme: light dark; --page: #fff; --text: #1b1f24; --dim: #57606a;
          --line: #d0d7de; --box: #f6f8fa; --link: #0550ae; --error: #a40e26; --warning: #7d4e00;
          --info: #0550ae; --good: #116329; --bar: #2da44e; --killed: #bc4c00; --grace: #afb8c1; }
        @media (prefers-color-scheme: dark) {
          :root { --page: #0d1117; --text: #e6edf3; --dim: #9ea7b3; --line: #3d444d; --box: #161b22;
            --link: #79c0ff; --error: #ff9492; --warning: #f0b72f; --info: #79c0ff; --good: #6bc46d;
            --bar: #3fb950; --killed: #f69d50; --grace: #57606a; } }
        * { box-sizing: border-box; }
        html { scroll-padding-top: 1rem; }
        body { margin: 0 auto; padding: 1rem 1.5rem 3rem; max-width: 90rem; background: var(--page);
          color: var(--text); font: 1rem/1.5 system-ui, sans-serif; }
        h1 { font-size: 1.6rem; line-height: 1.25; margin: .5rem 0; }
        h2 { font-size: 1.25rem; margin: 2rem 0 .5rem; padding-top: .5rem;
          border-top: 1px solid var(--line); }
        h3 { font-size: 1.05rem; margin: 1.25rem 0 .25rem; }
        h1, h2, h3, p, li, dd, td, th { overflow-wrap: anywhere; }
        a { color: var(--link); }
        :focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
        tr:target, li:target { background: var(--box); outline: 2px solid var(--link); }
        code { font: .875em/1.4 ui-monospace, "DejaVu Sans Mono", monospace; white-space: pre-wrap;
          unicode-bidi: isolate; overflow-wrap: anywhere; }
        code.command { display: inline-block; padding: .15rem .4rem; border: 1px solid var(--line);
          border-radius: .25rem; background: var(--box); user-select: all; }
        .skip { position: absolute; left: -999rem; }
        .skip:focus { position: static; }
        .verdict { margin: .75rem 0; padding: .6rem .9rem; border: 1px solid var(--line);
          border-left: .5rem solid var(--dim); background: var(--box); }
        .verdict p { margin: 0; }
        .verdict .word { font-weight: 700; font-size: 1.1rem; }
        .verdict.good { border-left-color: var(--good); }
        .verdict.bad { border-left-color: var(--error); }
        .verdict.unknown { border-left-color: var(--warning); }
        nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; padding: 0; list-style: none; }
        dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: .15rem 1rem;
          margin: .5rem 0; }
        dt { color: var(--dim); }
        dd { margin: 0; }
        ul, ol { padding-left: 1.4rem; margin: .35rem 0; }
        table { border-collapse: collapse; margin: .5rem 0 1rem; }
        caption { text-align: left; color: var(--dim); padding: .25rem 0; }
        th, td { text-align: left; vertical-align: top; padding: .3rem .6rem .3rem 0;
          border-bottom: 1px solid var(--line); }
        thead th { color: var(--dim); font-weight: 600; white-space: nowrap; }
        tbody th { font-weight: 600; }
        .count { text-align: right; font-variant-numeric: tabular-nums; }
        .scroll { overflow-x: auto; }
        time { white-space: nowrap; }
        .wide { width: 100%; min-width: 56rem; table-layout: fixed; }
        .wide .narrow { width: 6.5rem; }
        .wide .kind { width: 9rem; }
        .wide .host { width: 9rem; }
        .wide .what { width: 18%; }
        .part { content-visibility: auto; contain-intrinsic-size: auto 60rem; }
        .error { color: var(--error); font-weight: 600; }
        .warning { color: var(--warning); font-weight: 600; }
        .info { color: var(--info); font-weight: 600; }
        .good { color: var(--good); }
        .verdict, .verdict.good { color: var(--text); }
        .dim { color: var(--dim); }
        .tag { display: inline-block; padding: 0 .4rem; border: 1px solid currentColor;
          border-radius: .75rem; font-size: .85em; }
        a.tag { text-decoration: underline; }
        summary { cursor: pointer; }
        details > :not(summary) { margin-left: 1.1rem; }
        .tree, .tree ul { list-style: none; padding-left: 1.25rem; margin: 0;
          border-left: 1px solid var(--line); }
        .tree { border: 0; padding-left: 0; }
        .tree li { padding: .15rem 0; }
        form { display: flex; flex-wrap: wrap; gap: .5rem 1.5rem; align-items: center;
          margin: .75rem 0; padding: .6rem .9rem; background: var(--box);
          border: 1px solid var(--line); }
        form[hidden] { display: none; }
        fieldset { border: 0; margin: 0; padding: 0; display: flex; gap: .9rem; }
        legend { float: left; margin-right: .9rem; padding: 0; color: var(--dim); }
        input, select, button { font: inherit; color: inherit; background: var(--page);
          border: 1px solid var(--dim); border-radius: .25rem; padding: .15rem .5rem; }
        button { cursor: pointer; }
        svg { display: block; width: 100%; min-width: 44rem; height: auto; }
        svg text { fill: var(--text); font: 12px ui-monospace, "DejaVu Sans Mono", monospace; }
        svg .axis { fill: var(--dim); }
        svg .grid { stroke: var(--line); stroke-width: 1; }
        svg .grace { fill: var(--grace); }
        svg .bar { fill: var(--bar); }
        svg .bar.killed { fill: var(--killed); }
        svg .bar.left { fill: none; stroke: var(--error); stroke-width: 2; stroke-dasharray: 5 3; }
        svg .end { stroke: var(--text); stroke-width: 2; }
        svg .kill { stroke: var(--error); stroke-width: 3; fill: none; }
        svg .bad { fill: var(--error); font-weight: 700; }
        footer { margin-top: 3rem; color: var(--dim); border-top: 1px solid var(--line); }
        @media (max-width: 45rem) { body { padding: .5rem .75rem 2rem; }
          dl { grid-template-columns: minmax(0, 1fr); } dd { margin-bottom: .35rem; } }
        @media screen and (max-width: 45rem) {
          .wide, .wide tbody, .wide tr, .wide th, .wide td, .wide caption { display: block;
            width: auto; min-width: 0; border: 0; padding: .1rem 0; }
          .wide tr { border-bottom: 1px solid var(--line); padding: .4rem 0; }
          .wide tr[hidden], .wide td:empty { display: none; }
          .wide thead { position: absolute; left: -999rem; } }
        @media print {
          :root { --page: #fff; --text: #000; --dim: #444; --line: #999; --box: #fff; --link: #000;
            --error: #800; --warning: #630; --info: #036; --good: #050; --bar: #6a6; --killed: #c73;
            --grace: #bbb; }
          body { max-width: none; padding: 0; font-size: 9pt; }
          nav, form, .skip { display: none !important; }
          .part { content-visibility: visible; }
          .scroll { overflow: visible; }
          .wide, svg { min-width: 0; }
          .wide .narrow { width: 11%; } .wide .kind, .wide .host { width: 12%; }
          details::details-content { content-visibility: visible; block-size: auto; display: block; }
          tr, figure, .tree li > span { break-inside: avoid; }
          h2, h3 { break-after: avoid; }
          thead { display: table-header-group; } }

        """
}
