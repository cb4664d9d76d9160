"""What the slash commands of the prompt do."""

from collections.abc import Iterable

from msgspec import structs

from mlxtop import presets
from mlxtop.sampling_settings import problems
from mlxtop.sources.live import Live
from mlxtop.text import one_line
from mlxtop.tui.chat.commands import COMMANDS, Typed
from mlxtop.tui.dialogs.settings import FIELDS
from mlxtop.tui.run.screen import RunScreen

_FIELDS = {field.name: field for field in FIELDS}


class CommandRefused(Exception):
    """Why a command did nothing, in a sentence."""


class PromptCommands:
    """Runs the commands typed in the prompt of a live run."""

    def __init__(self, screen: RunScreen, live: Live) -> None:
        self.screen = screen
        self.live = live

    def run(self, meant: Typed) -> None:
        """Run a command of the table; raises CommandRefused."""
        getattr(self, f"command_{meant.command}")(meant.argument)

    def values(self, name: str) -> Iterable[tuple[str, str]]:
        """Return what may follow a command, each with a few words."""
        if name == "set":
            return [(one.name, f"{_shown(one.name, self.live)}; {one.range}") for one in FIELDS]
        if name == "preset":
            return [(one, "") for one in presets.saved()]
        return []

    def _say(self, sentence: str) -> None:
        self.screen.flash(sentence)
        self.screen.frame()

    def command_system(self, text: str) -> None:
        """Set the system prompt."""
        self.live.set_system(text)
        self._say(
            "The system prompt applies from the next reply." if text else "No system prompt now."
        )

    def command_temp(self, text: str) -> None:
        """Set the temperature."""
        self.command_set(f"temperature {text}".strip())

    def command_set(self, text: str) -> None:
        """Set a sampling setting, or show it."""
        name, _, value = text.partition(" ")
        field = _FIELDS.get(name)
        if field is None:
            raise CommandRefused(f"/set knows {', '.join(_FIELDS)}.")
        if not value.strip():
            self._say(f"{name} is {_shown(name, self.live)}. {field.explanation}")
            return
        read = field.read("" if value.strip() == "none" else value)
        if isinstance(read, str):
            raise CommandRefused(f"{read.removesuffix('.')}. Your text is kept.")
        sampling = structs.replace(self.live.sampling, **{name: read})
        if wrong := problems(sampling):
            raise CommandRefused(wrong[0])
        self.live.sampling = sampling
        self._say(f"{name} is {_shown(name, self.live)} from the next reply on.")

    def command_model(self, name: str) -> None:
        """Load a model."""
        from mlxtop.models.locate import cannot_be_loaded, looked_at
        from mlxtop.paths import model_named
        from mlxtop.tui.home import HomeScreen

        if not name:
            self.screen.call_after_refresh(self.screen.app.run_action, "open")
            return
        value, shown = model_named(name), one_line(name, 120)
        found = looked_at(value)
        if found is None:
            key = self.screen.key("open")
            raise CommandRefused(f"{shown} is not on this machine; {key} can download it.")
        if wrong := cannot_be_loaded(found):
            raise CommandRefused(wrong)
        self.screen.post_message(HomeScreen.Chosen("model", value, shown, found.needs_code))

    def command_preset(self, name: str) -> None:
        """Use a saved system prompt with its settings."""
        known = presets.saved()
        if name not in known:
            have = f"there are {', '.join(known)}" if known else "/save NAME saves one"
            raise CommandRefused(
                f"There is no preset {one_line(name, 60) or 'without a name'}: {have}."
            )
        try:
            preset = presets.read_preset(presets.saved_file(name))
        except presets.PresetError as error:
            raise CommandRefused(str(error)) from None
        sampling = structs.replace(self.live.options.sampling, **preset.sampling)
        if wrong := problems(sampling):
            raise CommandRefused(wrong[0])
        self.live.sampling = sampling
        self.live.set_system(preset.system)
        examples = " Its examples are left out: --prompt-config begins with them."
        self._say(
            f"Preset {name}: system prompt and settings apply from the next reply."
            + examples * bool(preset.examples)
        )

    def command_save(self, name: str) -> None:
        """Save system prompt and settings as a preset."""
        try:
            path = presets.save(name, self.live.conversation.system, self.live.sampling)
        except presets.PresetError as error:
            raise CommandRefused(str(error)) from None
        self._say(f"Saved in {path}; /preset {name} uses it.")

    def command_clear(self, _: str) -> None:
        """Start a new conversation."""
        self.screen.call_after_refresh(self.screen.run_action, "new_conversation")

    def command_resume(self, _: str) -> None:
        """List the chats."""
        self.screen.call_after_refresh(self.screen.app.run_action, "chats")

    def command_edit(self, _: str) -> None:
        """Write the message in the user's editor."""
        self.screen.call_after_refresh(self.screen.run_action, "open_editor")

    def command_help(self, _: str) -> None:
        """List the commands."""
        from mlxtop.tui.dialogs.pick import TextDialog

        names = [f"/{one.name} {one.takes}".strip() for one in COMMANDS]
        longest = max(map(len, names))
        rows = [f"{name:<{longest}}  {one.help}" for name, one in zip(names, COMMANDS, strict=True)]
        rows += [
            "",
            "//TEXT sends a text that begins with /.",
            "@path attaches a file; Tab completes it.",
        ]
        self.screen.app.push_screen(TextDialog("commands", "\n".join(rows)))


def _shown(name: str, live: Live) -> str:
    field = _FIELDS[name]
    return field.show(getattr(live.sampling, name)) or field.optional or "none"
