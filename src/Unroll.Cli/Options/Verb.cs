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
    private const int WidestText = 100;

    public override bool Terminating => true;

    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        help.MaxWidth = Console.IsOutputRedirected ? WidestText : Math.Clamp(Console.WindowWidth, 40, WidestText);
        int code = help.Invoke(parseResult);
        if (parseResult.CommandResult.Command is Verb verb)
        {
            TextWriter output = parseResult.InvocationConfiguration.Output;
            output.WriteLine(verb.Examples.Count == 1 ? "Example:" : "Examples:");
            foreach (string example in verb.Examples)
                output.WriteLine("  " + example);
        }

        return code;
    }
}
