using System.Globalization;
using System.Reflection;
using System.Text;
using Unroll.Forecasting;

namespace Unroll.Server;

/// <summary>What repeats a run: a command line of the tool and a C# program, both of which give the same forecast to the bit.</summary>
/// <param name="Command">One line for a shell, from the folder with the file of data; a comment that says why where there is none.</param>
/// <param name="Csharp">A file for <c>dotnet run</c>, in the same folder.</param>
internal sealed record RunProgram(string Command, string Csharp)
{
    public static RunProgram Of(RunPlan plan) => new(CommandOf(plan), new ProgramText(plan).ToString());

    private static string CommandOf(RunPlan plan)
    {
        RunSettings given = plan.Given;
        string[] columns = [.. plan.Task.Targets, .. plan.Task.Options.Needed, .. plan.Task.Inputs.Known];
        if (Array.Find(columns, IsNoWord) is { } name)
            return $"# The command line would take the column {Text(name)} for something else: use the program.";
        DataReading reading = plan.Data.Facts.Reading;
        string? sample = plan.Data.Sample?.Name;
        string[] words =
        [
            "unroll", "forecast",
            .. sample is not null ? ["--sample", sample] : new[] { plan.Rows.Name },
            .. sample is null ? [.. reading.Words(), .. Option("--series", reading.Series)] : Array.Empty<string>(),
            .. plan.Task.Targets.SelectMany(target => Option("--target", target)),
            .. Option("--horizon", Text(given.Horizon)),
            .. Option("--train", given.Train), .. Option("--test", given.Test),
            .. Option("--recipe", plan.IsTutorial ? RunPlan.Tutorial : null),
            .. plan.Models.SelectMany(model => Option("--model", model)),
            .. Features(plan), .. (given.Inputs?.Known ?? []).SelectMany(name => Option("--known", name)),
            .. Option("--holidays", plan.Task.Inputs.Holidays),
            .. Option("--layers", Text(given.Layers)), .. Option("--units", Text(given.Units)), .. Option("--window", Text(given.Window)),
            .. Option("--epochs", Text(given.Epochs)),
            .. Option("--learning-rate", given.LearningRate?.ToString("R", CultureInfo.InvariantCulture)),
            .. Option("--batch", Text(given.Batch)),
            .. plan.IsTutorial ? [] : Option("--ensemble", Text(given.Members)).Concat(Option("--head", given.Head))
                .Concat(Option("--strategy", given.Strategy)),
            .. Option("--missing", given.Missing), .. Option("--seed", Text(given.Seed)),
        ];
        return string.Join(' ', words.Select(ShellWord.Quote));
    }

    /// <summary>Whether the tool would take a column for an option, or a word of --features.</summary>
    private static bool IsNoWord(string column) => column.StartsWith('-') || column.ToLowerInvariant() is "columns" or "calendar" or "none";

    private static string Text(string name) => string.Concat(name.Select(c => char.IsControl(c) ? ' ' : c));

    private static string? Text(int? value) => value?.ToString(CultureInfo.InvariantCulture);

    /// <summary>An option with its value, of which the parser takes nothing for an option or a file of its own.</summary>
    private static string[] Option(string name, string? value) =>
        value is null ? [] : value.Length == 0 || value[0] is '-' or '@' ? [$"{name}={value}"] : [name, value];

    /// <summary>What it looks at, where that is not the tool's default.</summary>
    private static IEnumerable<string> Features(RunPlan plan)
    {
        if (plan.IsTutorial || plan.Given.Inputs is not { } inputs || inputs is { Past: null, Calendar: not false })
            return [];
        bool hasCalendar = inputs.Calendar ?? true;
        string[] past = inputs.Past is null ? plan.Strategy == Strategy.Recursive ? [] : ["columns"] : [.. plan.Task.Options.Needed];
        string[] words = [.. past, .. hasCalendar ? ["calendar"] : Array.Empty<string>()];
        return (words.Length == 0 ? ["none"] : words).SelectMany(word => Option("--features", word));
    }

    /// <summary>The program.</summary>
    private sealed class ProgramText(RunPlan plan)
    {
        private readonly StringBuilder _text = new();

        public override string ToString()
        {
            string version = typeof(Model).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion
                ?? "*";
            string file = plan.Data.Sample is { } sample ? $"samples/{sample.Name}.csv" : plan.Rows.Name;
            Line($"#:package Unroll.Forecasting@{version}");
            Line("using Unroll;");
            Line("using Unroll.Forecasting;");
            Line("");
            string targets = string.Join(", ", plan.Task.Targets.Select(OneLine)), ahead = plan.Horizon == 1 ? "row" : "rows";
            Line($"// Forecasts {targets}, the next {plan.Horizon} {ahead}, and says how good that is beside the naive forecast.");
            Line($"SeriesSet rows = {Rows(file)};");
            Line($"var task = new ForecastTask(rows, new TaskOptions {{ {string.Join(", ", TaskParts())} }});");
            Line("");
            if (plan.IsTutorial)
                Tutorial();
            else
                Blend();
            return _text.ToString();
        }

        private void Blend()
        {
            EnsembleRecipe usual = new();
            string[] parts =
            [
                $"Steps = {Number(plan.Horizon)}", $"Members = {Number(plan.Members)}",
                .. plan.Window is { } window ? [$"Window = {Number(window)}"] : Array.Empty<string>(),
                .. plan.Strategy != usual.Strategy ? [$"Strategy = Strategy.{plan.Strategy}"] : Array.Empty<string>(),
                .. plan.Head != usual.Head ? [$"Head = ForecastHead.{plan.Head}"] : Array.Empty<string>(),
            ];
            Line($"var recipe = new EnsembleRecipe {{ {string.Join(", ", parts)} }};");
            Line($"recipe = recipe with {{ Network = {Network("recipe.Network")} }};");
            Line("EnsembleRecipe Of(CellKind cell) => recipe with { Network = recipe.Network with { Cell = cell } };");
            string networks = string.Join(", ", plan.Recipes.Select(recipe => $"Of(CellKind.{recipe.Cell})"));
            Line(plan.Models.All(ForecasterNames.Networks.Contains)
                ? $"BlendForecaster blend = BlendForecaster.Of([{networks}], task);"
                : $"var blend = new BlendForecaster([{string.Join(", ", plan.Models.Select(Member))}]);");
            if (!plan.Models.All(model => ForecasterNames.Networks.Contains(model) || model == ForecasterNames.Ridge))
                Line("PartsForecaster Rule(string key) => Baselines.For(task).First(rule => rule.Key == key);");
            Line("");
            Line("blend.Fit(task);");
            Line("Console.WriteLine(string.Join(' ', new Comparison(task, blend).Summary()));");
            Line("blend.Refit(task.Whole());");
            Save("blend");
        }

        private void Tutorial()
        {
            Line("var recipe = new NetworkRecipe();");
            Line($"recipe = {Network("recipe")};");
            Line("var comparison = new Comparison(task);");
            Line("var networks = new List<NetworkForecaster>();");
            Line($"foreach (CellKind cell in new[] {{ {string.Join(", ", plan.Recipes.Select(recipe => $"CellKind.{recipe.Cell}"))} }})");
            Line("{");
            Line("    var network = new NetworkForecaster(recipe with { Cell = cell });");
            Line("    network.Fit(task);");
            Line("    comparison.Add(network);");
            Line("    networks.Add(network);");
            Line("}");
            Line("");
            Line("Console.WriteLine(string.Join(' ', comparison.Summary()));");
            Save("networks[0]");
        }

        private void Save(string forecaster)
        {
            Line($"ForecastFile.Save({forecaster}, \"forecast.unroll\");");
            Line($"foreach (PartForecast part in {forecaster}.Predict(rows, {Number(plan.Horizon)}, MissingPolicy.{plan.Missing}).Parts)");
            Line("{");
            Line("    foreach (ForecastRow row in part.Rows())");
            Line("        Console.WriteLine(FormattableString.Invariant("
                + "$\"{part.Part}, {part.Format(row.Date)}: {row.Value:R} ({row.Within80?.Lower:R} to {row.Within80?.Upper:R})\"));");
            Line("}");
        }

        private string Network(string name)
        {
            TrainingOptions training = plan.Network.Training;
            string rate = training.Optimizer.LearningRate.ToString("R", CultureInfo.InvariantCulture);
            return $"{name} with {{ Layers = {Number(plan.Network.Layers)}, Units = {Number(plan.Network.Units)}, "
                + $"Training = {name}.Training with {{ Epochs = {Number(training.Epochs)}, BatchSize = {Number(training.BatchSize)}, "
                + $"Seed = {Number(training.Seed)}, Optimizer = {name}.Training.Optimizer with {{ LearningRate = {rate} }} }} }}";
        }

        private string Member(string model) => model == ForecasterNames.Ridge ? "new RidgeForecaster(recipe)"
            : plan.Recipes.FirstOrDefault(recipe => recipe.Key == model) is { } network
                ? $"new EnsembleForecaster(Of(CellKind.{network.Cell}))"
            : $"Rule({Quote(model)})";

        private string Rows(string file)
        {
            DataReading reading = plan.Data.Facts.Reading;
            ReadOptions options = reading.ToOptions();
            string[] parts =
            [
                .. options.Date is { } date ? [$"Date = {List(date)}"] : Array.Empty<string>(),
                .. options.DateFormat is { } format ? [$"DateFormat = {Quote(format)}"] : Array.Empty<string>(),
                .. options.TimeZone is { } zone ? [$"TimeZone = {Quote(zone)}"] : Array.Empty<string>(),
                .. options.Delimiter is { } delimiter ? [$"Delimiter = {Quote(delimiter)}"] : Array.Empty<string>(),
                .. options.Decimal is { } sign ? [$"Decimal = {Quote(sign)}"] : Array.Empty<string>(),
                .. options.Missing.Count > 0 ? [$"Missing = {List(options.Missing)}"] : Array.Empty<string>(),
                .. options.Skip is { } skip ? [$"Skip = {Number(skip)}"] : Array.Empty<string>(),
                .. options.Sheet is { } sheet ? [$"Sheet = {Quote(sheet)}"] : Array.Empty<string>(),
            ];
            string with = parts.Length == 0 ? "" : $", new ReadOptions {{ {string.Join(", ", parts)} }}";
            return reading.Series is { } series
                ? $"SeriesSet.Read({Quote(file)}, {Quote(series)}{with})"
                : $"TimeSeries.Read({Quote(file)}{with})";
        }

        private IEnumerable<string> TaskParts()
        {
            TaskOptions options = plan.Task.Options;
            yield return $"Targets = {List(plan.Task.Targets)}";
            yield return $"Horizon = {Number(plan.Horizon)}";
            if (options.Train is { } train)
                yield return $"Train = {Quote(train.ToString())}";
            if (options.Test is { } test)
                yield return $"Test = {Quote(test.ToString())}";
            if (options.TestRows is { } newest)
                yield return $"TestRows = {Number(newest)}";
            if (options.Window is { } window)
                yield return $"Window = {Number(window)}";
            ForecastInputs inputs = options.Inputs!;
            string[] parts =
            [
                .. inputs.Past.Count > 0 ? [$"Past = {List(inputs.Past)}"] : Array.Empty<string>(),
                .. inputs.Known.Count > 0 ? [$"Known = {List(inputs.Known)}"] : Array.Empty<string>(),
                .. inputs.Calendar ? ["Calendar = true"] : Array.Empty<string>(),
                .. inputs.Holidays is { } country ? [$"Holidays = {Quote(country)}"] : Array.Empty<string>(),
            ];
            yield return parts.Length == 0 ? "Inputs = ForecastInputs.TargetOnly"
                : $"Inputs = new ForecastInputs {{ {string.Join(", ", parts)} }}";
            if (options.Needed.Count > 0)
                yield return $"Needed = {List(options.Needed)}";
            if (options.Missing != MissingPolicy.Error)
                yield return $"Missing = MissingPolicy.{options.Missing}";
        }

        private void Line(string text) => _text.Append(text).Append('\n');

        private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);

        private static string List(IEnumerable<string> texts) => $"[{string.Join(", ", texts.Select(text => Quote(text)))}]";

        private static string Quote(char sign) => $"'{Escape(sign.ToString(), '\'')}'";

        private static string Quote(string text) => $"\"{Escape(text, '"')}\"";

        /// <summary>A name in a comment, which a line break would end.</summary>
        private static string OneLine(string name) =>
            string.Concat(name.Select(c => char.IsControl(c) || c is '\u2028' or '\u2029' or '\u0085' ? ' ' : c));

        private static string Escape(string text, char quote) => string.Concat(text.Select(c =>
            c == quote || c == '\\' ? $"\\{c}"
            : char.IsControl(c) || c is '\u2028' or '\u2029' or '\u0085' ? $"\\u{(int)c:x4}"
            : c.ToString()));
    }
}
