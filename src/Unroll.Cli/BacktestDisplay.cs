using Spectre.Console;
using Unroll.Forecasting;

namespace Unroll.Cli;

/// <summary>Runs a backtest and shows how far it is: a bar for the baselines and one a network on a terminal, a line a fit where it is redirected.</summary>
internal sealed class BacktestDisplay(Terminal terminal, BacktestInput input)
{
    private const string BaselinesName = "baselines";
    private readonly BacktestStatus[] _states = [new(BaselinesName), .. input.Recipes.Select(recipe => new BacktestStatus(recipe.Name))];

    /// <summary>The fit that was begun last.</summary>
    public BacktestEvent Current { get; private set; }

    public BacktestResult Run(CancellationToken cancellation) => terminal.IsLive ? RunLive(cancellation) : RunPlain(cancellation);

    private BacktestResult RunPlain(CancellationToken cancellation)
    {
        int widest = _states.Max(status => status.Name.Length);
        void Say(BacktestStatus status, string text) => terminal.Say($"{status.Name.PadRight(widest)}  {text}");
        void Shown(BacktestStatus status, BacktestEvent moment)
        {
            if (!moment.IsBaseline && moment.Kind == BacktestEventKind.Predicted)
                Say(status, status.LastFit(input.Series.Day(moment.TrainTo)));
        }

        void Completed(BacktestStatus status)
        {
            if (status == _states[0])
                Say(status, status.ToString());
        }

        return Run(Shown, Completed, cancellation);
    }

    private BacktestResult RunLive(CancellationToken cancellation)
    {
        int width = terminal.Width - 1;
        int longest = BacktestStatus.LongestText(input.Fits.Count, input.Request.Forecast.EpochsInAll);
        return terminal.Ansi.Progress().AutoClear(false).HideCompleted(false).Columns(new StatusColumn(_states, width, longest)).Start(context =>
        {
            Dictionary<BacktestStatus, ProgressTask> tasks = _states.ToDictionary(status => status, status => context.AddTask(status.Name, autoStart: false, maxValue: 1));
            void Shown(BacktestStatus status, BacktestEvent moment)
            {
                if (!tasks[status].IsStarted)
                    tasks[status].StartTask();
                tasks[status].Value = status.Share;
            }

            return Run(Shown, status => tasks[status].StopTask(), cancellation);
        });
    }

    /// <param name="shown">Called after each event with the status that it changed.</param>
    /// <param name="completed">Called when a status will not change any more.</param>
    /// <param name="cancellation">Ends the run.</param>
    private BacktestResult Run(Action<BacktestStatus, BacktestEvent> shown, Action<BacktestStatus> completed, CancellationToken cancellation)
    {
        int current = 0;
        void Reach(int index)
        {
            for (; current < index; current++)
            {
                _states[current].Complete();
                completed(_states[current]);
            }
        }

        BacktestOptions options = input.Options with
        {
            OnEvent = moment =>
            {
                Current = moment;
                int baselines = moment.Count - input.Recipes.Count;
                int index = moment.IsBaseline ? 0 : moment.Number - baselines;
                Reach(index);
                _states[index].Update(moment, moment.IsBaseline ? moment.Number - 1 : 0, moment.IsBaseline ? baselines : 1);
                shown(_states[index], moment);
            },
        };
        BacktestResult result = Backtest.Run(input.Column, input.Target, input.Networks(Trained), options, cancellation);
        Reach(_states.Length);
        return result;
    }

    private Action<TrainingEvent> Trained(string network)
    {
        BacktestStatus status = _states.Single(candidate => candidate.Name == network);
        return moment => status.Update(moment);
    }
}
