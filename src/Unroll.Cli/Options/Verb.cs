using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Unroll.Cli;

/// <summary>A command whose help ends with an example that works when pasted.</summary>
internal sealed class Verb(string name, string description, params string[] examples) : Command(name, description)
{
    public IReadOnlyList<string> Examples => examples;
}

/// <summary>The usual help, then the examples of the verb.</summary>
internal sealed class HelpWithExample(HelpAction help) : SynchronousCommandLineAction
{
    /// <summary>The most columns of a text on a terminal, and those of one that goes elsewhere.</summary>
    private const int WidestText = 100, UsualWidth = 80;

    public override bool Terminating => true;

    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        help.MaxWidth = Console.IsOutputRedirected ? UsualWidth : Math.Clamp(Console.WindowWidth, 40, WidestText);
        TextWriter output = parseResult.InvocationConfiguration.Output;
        using var text = new StringWriter();
        parseResult.InvocationConfiguration.Output = text;
        int code = help.Invoke(parseResult);
        parseResult.InvocationConfiguration.Output = output;
        // Lines that are broken end with a blank.
        foreach (string line in text.ToString().TrimEnd().ReplaceLineEndings("\n").Split('\n'))
            output.WriteLine(line.TrimEnd());
        output.WriteLine();
        if (parseResult.CommandResult.Command is Verb verb)
        {
            output.WriteLine(verb.Examples.Count == 1 ? "Example:" : "Examples:");
            foreach (string example in verb.Examples)
                output.WriteLine("  " + example);
        }

        return code;
    }
}
