namespace Unroll.Server.Tests;

/// <summary>Checks that run in the page.</summary>
internal static class PageAudit
{
    /// <summary>What is read of a control: its label, what it is labelled by, or its text.</summary>
    private const string Name = """
        const nameOf = control => {
          const by = control.getAttribute("aria-labelledby");
          if (control.getAttribute("aria-label"))
            return control.getAttribute("aria-label").trim();
          if (by)
            return by.split(" ").map(id => document.getElementById(id)?.textContent ?? "").join(" ").trim();
          if (control.labels?.length > 0)
            return [...control.labels].map(label => [...label.childNodes].filter(node =>
              node !== control && !node.contains?.(control) || node.nodeType === 3)
              .map(node => node.textContent).join("")).join(" ").trim();
          return control.matches("input, select") ? "" : control.textContent.trim();
        };
        """;

    /// <summary>The controls that have no name.</summary>
    public const string Nameless = "() => {" + Name + """
          return [...document.querySelectorAll("a, button, input, select, summary, [tabindex='0'], [role=img], nav, section:not([hidden])")]
            .filter(control => control.checkVisibility() && nameOf(control) === "")
            .map(control => control.outerHTML.slice(0, 160));
        }
        """;

    /// <summary>The name of what has the focus, and whether one sees where it is.</summary>
    public const string Focus = "() => {" + Name + """
          const control = document.activeElement;
          const hasOutline = element => {
            const style = getComputedStyle(element);
            return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1;
          };
          let seen = control === document.body;
          for (let element = control, i = 0; element && i < 3; element = element.parentElement, i++)
            seen ||= hasOutline(element);
          return [nameOf(control), seen ? "seen" : "unseen"];
        }
        """;

    /// <summary>The texts with a contrast below 4.5 (below 3 where they are large), by the formula of WCAG 2.</summary>
    public const string Faint = """
        () => {
          const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
          const parse = text => {
            canvas.clearRect(0, 0, 1, 1);
            canvas.fillStyle = text;
            canvas.fillRect(0, 0, 1, 1);
            const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
            return [r, g, b, a / 255];
          };
          const over = (top, ground) => [0, 1, 2].map(i => top[i] * top[3] + ground[i] * (1 - top[3])).concat(1);
          const groundOf = element => {
            const layers = [];
            for (let each = element; each; each = each.parentElement)
              layers.push(parse(getComputedStyle(each).backgroundColor));
            return layers.reverse().reduce((ground, layer) => over(layer, ground), [255, 255, 255, 1]);
          };
          const light = ([r, g, b]) => [r, g, b].map(c => c / 255).map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
            .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
          const found = [];
          const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
          for (let node; (node = walker.nextNode());) {
            const element = node.parentElement;
            if (node.textContent.trim() === "" || !element.checkVisibility()
              || element.closest(".unseen, .skip, :disabled, option, script, noscript"))
              continue;
            const style = getComputedStyle(element), ground = groundOf(element);
            const ink = element.closest("svg") ? style.fill : style.color;
            const a = light(over(parse(ink), ground)), b = light(ground), ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
            const size = parseFloat(style.fontSize), isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
            if (ratio < (isLarge ? 3 : 4.5))
              found.push(`${ratio.toFixed(2)} ${node.textContent.trim().slice(0, 40)} ` +
                `(${element.tagName} ${element.getAttribute("class")})`);
          }
          return found;
        }
        """;
}
