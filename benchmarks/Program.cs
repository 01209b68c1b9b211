using System.CommandLine;
using System.Globalization;
using Unroll;
using Unroll.Benchmarks;
using Unroll.Forecasting;

// unroll's benchmarks: verbs only; see README.md.
var quick = new Option<bool>("--quick") { Description = "Fewer runs a row: within a minute" };
var json = new Option<bool>("--json") { Description = "The rows as JSON on standard output, alone" };
var plainHeap = new Option<bool>("--plain-heap") { Description = "Leave the C library's heap as it is, though libtorch is slower with it" };
var peers = new Command("peers", "Unroll and libtorch in turn in one process: training and prediction at the tutorial's shape") { quick, json, plainHeap };
peers.SetAction(parse => Guarded(() => PeersBenchmark.Run(parse.GetValue(quick), parse.GetValue(json), parse.GetValue(plainHeap))));

var file = new Argument<string>("file") { Description = "A CSV file with a date column" };
var target = new Option<string>("--target") { Description = "The column to predict", DefaultValueFactory = _ => "High" };
var train = new Option<string>("--train") { Description = "Dates to train on", DefaultValueFactory = _ => "2016..2020" };
var test = new Option<string>("--test") { Description = "Dates to judge on", DefaultValueFactory = _ => "2021.." };
var seeds = new Option<string>("--seeds") { Description = "First and last seed", DefaultValueFactory = _ => "455-464" };
var models = new Option<string>("--models") { Description = "Which networks, with commas between", DefaultValueFactory = _ => "lstm,gru,simple-rnn" };
var torch = new Option<bool>("--torch") { Description = "libtorch too, from the same weights and on the same batches" };
var threads = new Option<int>("--threads") { Description = "Threads of each library", DefaultValueFactory = _ => Environment.ProcessorCount };
var seedsVerb = new Command("seeds", "The tutorial's recipe seed after seed, beside the naive forecast") { file, target, train, test, seeds, models, torch, threads };
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
        [.. parse.GetValue(models)!.Split(',').Select(CellKinds.Parse)],
        parse.GetValue(torch),
        parse.GetValue(threads),
        string.Join(' ', args.Select(argument => argument == path ? Path.GetFileName(argument) : argument))));
}));

var cell = new Argument<string>("cell") { Description = "lstm, gru or simple-rnn" };
var memory = new Command("memory", "The most memory resident while one library trains and predicts") { cell, torch };
memory.SetAction(parse => Guarded(() => MemoryProbe.Run(CellKinds.Parse(parse.GetValue(cell)!), parse.GetValue(torch))));

var sizes = new Option<string>("--hidden") { Description = "Units, with commas between", DefaultValueFactory = _ => "16,32,64,125,256,512" };
var sweep = new Command("sweep", "Unroll and libtorch over cells, units, batches, time steps and features, on two threads") { sizes, models };
sweep.SetAction(parse => Guarded(() => SweepBenchmark.Run(
    [.. parse.GetValue(sizes)!.Split(',').Select(size => int.Parse(size, CultureInfo.InvariantCulture))],
    [.. parse.GetValue(models)!.Split(',').Select(CellKinds.Parse)],
    string.Join(' ', args))));

return new RootCommand("Measurements of Unroll") { peers, seedsVerb, memory, sweep }.Parse(args).Invoke();

static int Seed(string text) => int.TryParse(text, out int seed) ? seed : throw new UnrollException($"\"{text}\" is no seed. Write --seeds 455-464.");

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
