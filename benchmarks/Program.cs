using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Unroll;
using Unroll.Benchmarks;
using Unroll.Forecasting;
using CellKind = Unroll.Benchmarks.CellKind;

// unroll's benchmarks: verbs only; see README.md.
var quick = new Option<bool>("--quick") { Description = "Fewer runs a row: within a minute" };
var json = new Option<bool>("--json") { Description = "The rows as JSON on standard output, alone" };
var plainHeap = new Option<bool>("--plain-heap") { Description = "Leave the C library's heap as it is, though libtorch is slower with it" };
var models = new Option<string>("--models") { Description = "Which networks, with commas between",
    DefaultValueFactory = _ => "lstm,gru,simple-rnn" };
var runs = new Option<int?>("--runs") { Description = "Runs a row [default: the verb's own]", Validators = { AtLeastOne } };
var peers = new Command("peers", "Unroll and libtorch in turn in one process: training and prediction at the tutorial's shape")
{
    quick, json, plainHeap, models, runs,
};
peers.SetAction(parse => Guarded(() => PeersBenchmark.Run(new PeersOptions(
    parse.GetValue(quick), parse.GetValue(json), parse.GetValue(plainHeap), Cells(parse), parse.GetValue(runs), string.Join(' ', args)))));

var file = new Argument<string>("file") { Description = "A CSV file with a date column" };
var target = new Option<string>("--target") { Description = "The column to predict", DefaultValueFactory = _ => "High" };
var train = new Option<string>("--train") { Description = "Dates to train on", DefaultValueFactory = _ => "2016..2020" };
var test = new Option<string>("--test") { Description = "Dates to judge on", DefaultValueFactory = _ => "2021.." };
var seeds = new Option<string>("--seeds") { Description = "First and last seed", DefaultValueFactory = _ => "455-464" };
var torch = new Option<bool>("--torch") { Description = "libtorch too, from the same weights and on the same batches" };
var threads = new Option<int>(
    "--threads") { Description = "Threads of each library", DefaultValueFactory = _ => Environment.ProcessorCount };
var seedsVerb = new Command("seeds", "The tutorial's recipe seed after seed, beside the naive forecast")
{
    file, target, train, test, seeds, models, torch, threads,
};
seedsVerb.SetAction(parse => Guarded(() =>
{
    string path = parse.GetValue(file)!;
    string[] ends = parse.GetValue(seeds)!.Split('-');
    SeedsTable.Run(new SeedsOptions(
        path,
        parse.GetValue(target)!,
        DateRange.Parse(parse.GetValue(train)!),
        DateRange.Parse(parse.GetValue(test)!),
        Seed(ends[0]),
        Seed(ends[^1]),
        Cells(parse),
        parse.GetValue(torch),
        parse.GetValue(threads),
        Named(path)));
}));

var cell = new Argument<string>("cell") { Description = "lstm, gru or simple-rnn" };
var profile = new Command("profile", "Trains with Unroll alone for eight seconds, for a profiler to watch") { cell, threads };
profile.SetAction(parse => Guarded(() => ProfileRun.Run(CellKinds.Parse(parse.GetValue(cell)!), parse.GetValue(threads))));

var memory = new Command("memory", "The most memory resident while one library trains and predicts") { cell, torch };
memory.SetAction(parse => Guarded(() => MemoryProbe.Run(CellKinds.Parse(parse.GetValue(cell)!), parse.GetValue(torch))));

var sizes = new Option<string?>("--hidden") { Description = "Units, with commas between" };
var batches = new Option<string?>("--batch") { Description = "Batch sizes, with commas between" };
var steps = new Option<string?>("--steps") { Description = "Time steps, with commas between" };
var features = new Option<string?>("--features") { Description = "Features, with commas between" };
var layers = new Option<int>("--layers") { Description = "Recurrent layers on top of each other", DefaultValueFactory = _ => 1,
    Validators = { AtLeastOne } };
var bidirectional = new Option<bool>("--bidirectional") { Description = "Read each sequence both ways" };
var repeatBelow = new Option<double?>("--repeat-below")
{
    Description = "Only the rows of the page with a lower ratio than this, with more runs",
};
var sweep = new Command("sweep", "Unroll and libtorch over cells, units, batches, time steps and features, on two threads")
{
    sizes, models, batches, steps, features, layers, bidirectional, repeatBelow, runs,
};
sweep.SetAction(parse => Guarded(() =>
{
    bool smaller = parse.GetValue(layers) > 1 || parse.GetValue(bidirectional);
    double? limit = parse.GetValue(repeatBelow);
    SweepBenchmark.Run(new SweepOptions
    {
        Cells = Cells(parse),
        Sizes = Whole(parse.GetValue(sizes) ?? (smaller ? "16,64,125,256" : "16,32,64,125,256,512")),
        Batches = Whole(parse.GetValue(batches) ?? "1,32,256"),
        Steps = Whole(parse.GetValue(steps) ?? (smaller ? "20,60" : "20,60,250")),
        Features = Whole(parse.GetValue(features) ?? "1,8"),
        Layers = parse.GetValue(layers),
        Bidirectional = parse.GetValue(bidirectional),
        RepeatBelow = limit,
        Runs = parse.GetValue(runs) ?? (limit is null ? 3 : 15),
        Command = string.Join(' ', args),
    });
}));

var widths = new Option<string>("--hidden") { Description = "Units, with commas between", DefaultValueFactory = _ => "32,125,256" };
var gated = new Option<string>("--models") { Description = "Which networks, with commas between", DefaultValueFactory = _ => "lstm,gru" };
var onnx = new Command("onnx", "Unroll and ONNX Runtime with the same weights: one window, and a batch of 256") { widths, gated, runs };
onnx.SetAction(parse =>
    Guarded(() => OnnxBenchmark.Run(Cells(parse, gated), Whole(parse.GetValue(widths)!), parse.GetValue(runs), string.Join(' ', args))));

var streaming = new Command("streaming", "One step of a stream after few and many observations, beside a whole window")
{
    widths, models, runs,
};
streaming.SetAction(parse => Guarded(
    () => StreamingBenchmark.Run(Cells(parse), Whole(parse.GetValue(widths)!), parse.GetValue(runs) ?? 25, string.Join(' ', args))));

var dtln = new Option<string?>("--dtln") { Description = "The path of DTLN's first network as ONNX" };
var silero = new Option<string?>("--silero") { Description = "The path of Silero VAD as ONNX" };
var gtcrn = new Option<string?>("--gtcrn") { Description = "The path of GTCRN's streaming graph" };
var streams = new Command("streams", "Pretrained ONNX graphs frame by frame, beside ONNX Runtime: one thread each")
{
    dtln, silero, gtcrn, runs,
};
streams.SetAction(parse => Guarded(() => StreamsBenchmark.Run(new StreamsOptions(
    parse.GetValue(dtln), parse.GetValue(silero), parse.GetValue(gtcrn), parse.GetValue(runs) ?? 15,
    string.Join(' ', args.Select(argument => File.Exists(argument) ? Path.GetFileName(argument) : argument))))));

var axes = new Option<string>("--axes") { Description = "What to vary, with commas between",
    DefaultValueFactory = _ => "steps,batch,hidden,threads" };
var growth = new Command("growth", "Time per epoch of both libraries against time steps, batch size, units and threads")
{
    axes, gated, runs,
};
growth.SetAction(parse => Guarded(
    () => GrowthBenchmark.Run(Cells(parse, gated), parse.GetValue(axes)!.Split(','), parse.GetValue(runs), string.Join(' ', args))));

var program = new Argument<string>("program") { Description = "A published unroll: the native program, or Unroll.Cli.dll" };
var startup = new Command("startup", "From the start of the command-line tool's process to its first epoch") { program, models, runs };
startup.SetAction(parse => Guarded(
    () => StartupBenchmark.Run(parse.GetValue(program)!, Cells(parse), parse.GetValue(runs) ?? 20, Named(parse.GetValue(program)!))));

var largeFiles = new Command("files", "Large files described by the command-line tool, as whole processes") { program };
largeFiles.SetAction(parse => Guarded(() => FilesBenchmark.Run(parse.GetValue(program)!, Named(parse.GetValue(program)!))));

var prices = new Option<string?>(
    "--prices") { Description = "The tutorial's prices, to be forecast seed after seed, in place of the samples" };
var horizons = new Option<string>("--horizons") { Description = "Rows ahead, with commas between", DefaultValueFactory = _ => "1,7,28" };
var forecasts = new Command("forecasts", "The default recipe beside every baseline, on the samples") { prices, seeds, horizons, threads };
forecasts.SetAction(parse => Guarded(() =>
{
    string[] ends = parse.GetValue(seeds)!.Split('-');
    string? path = parse.GetValue(prices);
    ForecastsBenchmark.Run(new ForecastsOptions(path, Seed(ends[0]), Seed(ends[^1]), Whole(parse.GetValue(horizons)!),
        parse.GetValue(threads), Named(path ?? "")));
}));
var stations = new Argument<string>("file") { Description = "A CSV file with a row for each date and series" };
var seriesColumn = new Option<string>("--series") { Description = "The column that names the series",
    DefaultValueFactory = _ => "station" };
var panelTarget = new Option<string>("--target") { Description = "The column to predict", DefaultValueFactory = _ => "ridership" };
var days = new Option<int>("--test-days") { Description = "How many of the newest days are judged", DefaultValueFactory = _ => 365,
    Validators = { AtLeastOne } };
var daysAhead = new Option<string>("--horizon") { Description = "Days ahead, with commas between", DefaultValueFactory = _ => "1,7" };
var members = new Option<int?>("--members") { Description = "Networks of an ensemble [default: the recipe's]",
    Validators = { AtLeastOne } };
var panel = new Command("panel", "One ensemble of networks for all series of a file, beside one for each series")
{
    stations, seriesColumn, panelTarget, days, daysAhead, members, threads,
};
panel.SetAction(parse => Guarded(() =>
{
    string path = parse.GetValue(stations)!;
    var recipe = new EnsembleRecipe();
    recipe = recipe with { Members = parse.GetValue(members) ?? recipe.Members,
        Network = recipe.Network with { Threads = parse.GetValue(threads) } };
    PanelBenchmark.Run(new PanelOptions(path, parse.GetValue(seriesColumn)!, parse.GetValue(panelTarget)!, parse.GetValue(days),
        Whole(parse.GetValue(daysAhead)!), recipe, Named(path)));
}));
var severalSeeds = new Option<string>("--seeds") { Description = "First and last seed", DefaultValueFactory = _ => "455-457" };
var severalTargets = new Command("targets", "One ensemble of networks for two target columns, beside one for each, on the samples")
{
    severalSeeds, daysAhead, threads,
};
severalTargets.SetAction(parse => Guarded(() =>
{
    string[] ends = parse.GetValue(severalSeeds)!.Split('-');
    TargetsBenchmark.Run(new TargetsOptions(Seed(ends[0]), Seed(ends[^1]), Whole(parse.GetValue(daysAhead)!), parse.GetValue(threads),
        string.Join(' ', args)));
}));

var strategies = new Command("strategies",
    "The default recipe with an output for each row ahead, and with one that is fed back, on the samples") { horizons, members, threads };
strategies.SetAction(parse => Guarded(() =>
{
    var recipe = new EnsembleRecipe();
    int[] ahead = parse.GetResult(horizons) is { Implicit: false } ? Whole(parse.GetValue(horizons)!) : [7, 28];
    StrategiesBenchmark.Run(ahead, recipe with { Members = parse.GetValue(members) ?? recipe.Members, Network = recipe.Network
        with { Threads = parse.GetValue(threads), Training = recipe.Network.Training with { Seed = 455 } } }, string.Join(' ', args));
}));

var shapes = new Command("shapes", "Training of two larger networks in both libraries: the encoder and decoder of samples/pronounce.cs, "
    + "and a reader of characters") { runs };
shapes.SetAction(parse => Guarded(() => ShapesBenchmark.Run(parse.GetValue(runs) ?? 9, string.Join(' ', args))));

var benchmarkFiles = new Option<string>("--data") { Description = "A folder with cif12.csv, cif6.csv, m3m-80.csv or tourism-40.csv",
    Required = true };
var inner = new Option<bool>("--inner") { Description = "Cut the last rows off and judge on those before, to choose by" };
var only = new Option<string?>("--only") { Description = "Which files, with commas between, as cif12,m3m-80" };
var dump = new Option<string?>("--dump") { Description = "A folder for all forecasts of validation and judged rows" };
var remark = new Option<string?>("--note") { Description = "A line for the page" };
var accuracy = new Command("accuracy", "The default recipe on public benchmarks of many series, beside R's methods")
{
    benchmarkFiles, inner, only, dump, remark,
};
accuracy.SetAction(parse => Guarded(() =>
{
    string folder = parse.GetValue(benchmarkFiles)!;
    string[] hidden = [folder, parse.GetValue(dump) ?? folder];
    AccuracyBenchmark.Run(new AccuracyOptions(
        folder,
        parse.GetValue(inner),
        parse.GetValue(only)?.Split(','),
        parse.GetValue(dump),
        parse.GetValue(remark),
        string.Join(' ', args.Select(argument => hidden.Contains(argument) ? Path.GetFileName(argument.TrimEnd('/')) : argument))));
}));

var folder = new Option<string>("--data") { Description = "A folder of CSV files: date, series, value", Required = true };
var files = new Option<string>("--files")
{
    Description = "Which of them, each with its rows ahead",
    DefaultValueFactory = _ => "cif12:12,m3m-80:18,tourism-40:24",
};
var perPage = new Option<int>("--count") { Description = "How many series", DefaultValueFactory = _ => 100, Validators = { AtLeastOne } };
var season = new Option<int>("--season") { Description = "Rows of a season", DefaultValueFactory = _ => 12, Validators = { AtLeastOne } };
var baselines = new Command("baselines", "The rules beside R's, on many series: errors and time") { folder, files, perPage, season };
baselines.SetAction(parse => Guarded(() =>
{
    string path = parse.GetValue(folder)!;
    (string Name, int Horizon)[] sets = [.. parse.GetValue(files)!.Split(',').Select(set => set.Split(':') is [var name, var ahead]
        ? (name, Whole(ahead)[0])
        : throw new UnrollException($"\"{set}\" is no file with its rows ahead. Write --files NAME:12."))];
    BaselinesBenchmark.Run(new BaselinesOptions(path, sets, parse.GetValue(perPage), parse.GetValue(season), Named(path)));
}));

var howManySeeds = new Option<int>("--seeds") { Description = "How many seeds the errors are medians of; 0: times alone",
    DefaultValueFactory = _ => 3 };
var some = new Option<string?>("--only") { Description = "Rows with this in their names" };
var cells = new Command("cells", "Cells of one's own beside the built-in ones: errors, and times beside the built-in LSTM's")
{
    howManySeeds, runs, some,
};
cells.SetAction(parse => Guarded(
    () => CellsBenchmark.Run(parse.GetValue(howManySeeds), parse.GetValue(runs) ?? 51, parse.GetValue(some), string.Join(' ', args))));

var oldBuild = new Argument<string>("old") { Description = "The folder of the old Unroll.dll" };
var newBuild = new Argument<string>("new") { Description = "The folder of the new Unroll.dll" };
var eachThreads = new Option<int>("--threads") { Description = "Threads of each build", DefaultValueFactory = _ => 1,
    Validators = { AtLeastOne } };
var versions = new Command("versions", "Two builds of Unroll.dll in turn in one process: times, and whether they train to the same bits")
{
    oldBuild, newBuild, eachThreads, runs, some,
};
versions.SetAction(parse => Guarded(() =>
{
    (string old, string @new) = (parse.GetValue(oldBuild)!, parse.GetValue(newBuild)!);
    string command = string.Join(' ', args.Select(argument => argument == old ? "OLD" : argument == @new ? "NEW" : argument));
    VersionsBenchmark.Run(old, @new, parse.GetValue(eachThreads), parse.GetValue(runs) ?? 21, parse.GetValue(some), command);
}));

var halves = new Command("halves", "What two machines would gain that train one network of 512 units together") { batches, runs };
halves.SetAction(parse => Guarded(() =>
    HalvesBenchmark.Run(Whole(parse.GetValue(batches) ?? "32,64,128,256,512"), parse.GetValue(runs) ?? 5, string.Join(' ', args))));

return new RootCommand("Measurements of Unroll")
{
    baselines, peers, seedsVerb, forecasts, profile, memory, sweep, onnx, streaming, streams, growth, startup, largeFiles, panel,
    severalTargets, strategies, shapes, accuracy, cells, versions, halves,
}.Parse(args).Invoke();

// The command line with a file's name instead of its path.
string Named(string path) => string.Join(' ', args.Select(argument => argument == path ? Path.GetFileName(argument) : argument));

CellKind[] Cells(ParseResult parse, Option<string>? option = null) =>
    [.. parse.GetValue(option ?? models)!.Split(',').Select(CellKinds.Parse)];

static void AtLeastOne(OptionResult result)
{
    if (result.GetValueOrDefault<int?>() < 1)
        result.AddError($"{result.Option.Name} takes a whole number of at least 1.");
}

static int[] Whole(string list) =>
    [.. list.Split(',').Select(number => int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value > 0
    ? value
    : throw new UnrollException($"\"{number}\" is no whole number above 0. Write them with commas between, as 16,32."))];

static int Seed(string text) => int.TryParse(text, out int seed)
    ? seed
    : throw new UnrollException($"\"{text}\" is no seed. Write --seeds 455-464.");

static int Guarded(Action verb)
{
    try
    {
        verb();
        return 0;
    }
    catch (UnrollException failure)
    {
        Console.Error.WriteLine(failure.Message);
        return 1;
    }
}
